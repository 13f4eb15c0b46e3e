// Which pages match a search: at once by title, id and host, and on request by their texts, part by part.

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** The words of a query; what stands in quotes is one. */
const terms = (query) =>
  [...folded(query).matchAll(/"([^"]+)"?|(\S+)/g)].map((found) => found[1] ?? found[2]);

let names = null;

/** What is searched of every page without its text. */
function haystacks() {
  names ??= index.name.map((name, page) => folded(`${index.title[page]}\n${name}\n${index.host[page]}`));
  return names;
}

/**
 * Tells the pages that have all words of a query: those found by name first, then, if `texts`, again and again while the
 * texts are read. Ends early when `isOver` says so.
 */
async function search(query, texts, isOver, tell) {
  const wanted = terms(query);
  const found = new Uint8Array(index.name.length);
  const missing = haystacks().map((name) => wanted.filter((term) => !name.includes(term)));
  missing.forEach((absent, page) => (found[page] = absent.length === 0 ? 1 : 0));
  if (!texts || wanted.length === 0) return tell(found, 1);
  tell(found, 0);
  let told = performance.now();
  for (let part = 0; part < index.parts.length; part++) {
    const first = index.parts[part];
    const pages = await (unpacked.get(part) ?? unpack(part));
    if (isOver()) return;
    pages.forEach((page, n) => {
      if (found[first + n]) return;
      const text = folded(page.blocks.map((block) => block[2]).join("\n"));
      found[first + n] = missing[first + n].every((term) => text.includes(term)) ? 1 : 0;
    });
    if (performance.now() - told > 150) {
      tell(found, (part + 1) / index.parts.length);
      told = performance.now();
    }
  }
  tell(found, 1);
}
