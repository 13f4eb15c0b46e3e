// Views, the list and what is selected in it, keys.

const ROW = 60;
const MEMBER = 34;
const PRINTED_AT_MOST = 1000;

// ---- What can be listed: clusters and pages, each with its orders and filters.

const duplicates = (cluster) => {
  const [first, end] = pagesOf(cluster);
  return Array.from({ length: end - first - 1 }, (_, n) => first + 1 + n);
};
const similarities = (cluster) => duplicates(cluster).map((page) => index.similarity[page]);
const related = (relation) => (cluster) => duplicates(cluster).some((page) => index.relation[page] === relation);
const collator = new Intl.Collator(undefined, { numeric: true });
const by = (value) => (a, b) => value(a) - value(b);
const byText = (column, page) => (a, b) => collator.compare(column[page(a)], column[page(b)]);
const first = (cluster) => index.clusters[cluster];
const lowest = (cluster) => Math.min(...similarities(cluster));
const same = (page) => page;

const lists = {
  clusters: {
    noun: "cluster",
    items: index.clusters.map((_, cluster) => cluster),
    sorts: [
      ["largest first", by((cluster) => first(cluster) - pagesOf(cluster)[1])],
      ["least alike first", by(lowest)],
      ["most words first", by((cluster) => -index.words[first(cluster)])],
      ["title", byText(index.title, first)],
      ["host", byText(index.host, first)],
      ["as read", by((cluster) => index.numbers[cluster])],
    ],
    only: [
      ["all", () => true],
      ["with exact copies", related("exact")],
      ["with near duplicates", related("near")],
      ["with excerpts", related("excerpt of")],
      ["with longer versions", related("contains")],
      ["of several hosts", (cluster) => hosts(cluster).length > 1],
    ],
    matches: (cluster, found) => {
      const [from, end] = pagesOf(cluster);
      return found.subarray(from, end).includes(1);
    },
    row: clusterRow,
    address: (cluster) => `#cluster-${index.numbers[cluster]}`,
  },
  pages: {
    noun: "page",
    items: index.name.map((_, page) => page),
    sorts: [
      ["by cluster", by(same)],
      ["most words first", by((page) => -index.words[page])],
      ["title", byText(index.title, same)],
      ["host", byText(index.host, same)],
      ["name", byText(index.name, same)],
    ],
    only: [
      ["all", () => true],
      ...STATUS.map((name, status) => [name, (page) => index.status[page] === status]),
      ["listing", (page) => index.kind[page] === 1],
    ].filter(([name, keeps]) => name === "all" || index.name.some((_, page) => keeps(page))),
    matches: (page, found) => found[page] === 1,
    row: pageRow,
    address: (page) => `#page-${page + 1}`,
  },
};
for (const list of Object.values(lists)) {
  Object.assign(list, { query: "", texts: false, sort: 0, reverse: false, show: 0, selected: undefined });
}

function hosts(cluster) {
  const [from, end] = pagesOf(cluster);
  return [...new Set(index.host.slice(from, end))].filter(Boolean);
}

const titleOf = (page) => make("p", { className: "title", dir: "auto" }, index.title[page] || "(no title)");

function clusterRow(row, cluster) {
  const alike = similarities(cluster);
  const [low, high] = [Math.min(...alike), Math.max(...alike)].map((share) => percent(share / 1000));
  const sites = hosts(cluster);
  const size = make("b", {}, numbers.format(alike.length + 1));
  const more = sites.length > 2 ? `, ${sites.length - 2} more` : "";
  row.append(
    titleOf(first(cluster)),
    make(
      "p",
      { className: "meta" },
      size,
      ` documents · ${low === high ? low : `${low.replace(" %", "")}–${high}`} alike · `,
      make("bdi", {}, sites.slice(0, 2).join(", ") + more),
    ),
  );
}

function pageRow(row, page) {
  const status = STATUS[index.status[page]];
  const facts = [count(index.words[page], "word")];
  if (index.kind[page] === 1) facts.push("listing");
  row.append(
    titleOf(page),
    make(
      "p",
      { className: "meta" },
      make("b", { className: `s-${status}` }, status),
      ` · ${facts.join(" · ")} · `,
      make("bdi", {}, index.host[page] || nameOf(page)),
    ),
  );
}

// ---- The list on the left.

let view = "summary";
let current = lists.clusters;
let searches = 0;

const list = new List(element("list"), {
  height: ROW,
  name: "Clusters",
  row: (row, item) => current.row(row, item),
  chosen: (item, how) => {
    current.selected = item;
    if (how !== "key") document.body.classList.add("reading");
    go(current.address(item), true);
    if (how !== "key") element("detail").focus({ preventScroll: true });
  },
});

/** Fills the list with what matches, in its order. */
async function refresh() {
  const mine = ++searches;
  const of = current;
  const isOver = () => mine !== searches;
  const keeps = of.only[of.show][1];
  const order = of.sorts[of.sort][1];
  const candidates = of.items.filter(keeps).sort((a, b) => order(a, b) || a - b);
  if (of.reverse) candidates.reverse();
  try {
    await search(of.query, of.texts, isOver, (found, done) => {
      if (isOver()) return;
      const items = of.query.trim() ? candidates.filter((item) => of.matches(item, found)) : candidates;
      list.set(items);
      const all = items.length === of.items.length ? count(items.length, of.noun) : `${numbers.format(items.length)} of ${count(of.items.length, of.noun)}`;
      element("count").textContent = done < 1 ? `${all}; texts read: ${percent(done)}` : all;
    });
  } catch (error) {
    element("count").textContent = error.message;
  }
}

function showControls() {
  element("query").value = current.query;
  element("in-texts").checked = current.texts;
  for (const [id, options, at] of [["sort", current.sorts, current.sort], ["only", current.only, current.show]]) {
    element(id).replaceChildren(...options.map(([name], n) => make("option", { value: n, selected: n === at }, name)));
  }
  element("reverse").setAttribute("aria-pressed", current.reverse);
}

let typing = 0;
element("query").oninput = (event) => {
  current.query = event.target.value;
  clearTimeout(typing);
  typing = setTimeout(refresh, index.name.length > 5000 ? 120 : 0);
};
element("in-texts").onchange = (event) => {
  current.texts = event.target.checked;
  refresh();
};
element("sort").onchange = (event) => {
  current.sort = Number(event.target.value);
  refresh();
};
element("only").onchange = (event) => {
  current.show = Number(event.target.value);
  refresh();
};
element("reverse").onclick = () => {
  current.reverse = !current.reverse;
  element("reverse").setAttribute("aria-pressed", current.reverse);
  refresh();
};

// ---- What is selected, on the right.

const detail = element("detail");
let members = null;
let opened = 0;
let run = -1;

function hint() {
  const what = current === lists.clusters ? "a cluster to see its documents side by side" : "a page to see what was stripped of it";
  detail.replaceChildren(make("p", { className: "hint" }, current.items.length > 0 ? `Select ${what}.` : `There are no ${current.noun}s.`));
}

const back = () => {
  const button = make("button", { type: "button", className: "back" }, "← Back to the list");
  button.onclick = toList;
  return button;
};

function toList() {
  document.body.classList.remove("reading");
  element("list").focus();
}

async function openCluster(cluster, nth) {
  const mine = ++opened;
  const all = duplicates(cluster);
  const kept = first(cluster);
  const page = all[Math.max(0, Math.min(all.length - 1, nth - 1))];
  let texts, left, right;
  try {
    [left, right] = await Promise.all([load(kept), load(page)]);
  } catch (error) {
    if (mine === opened) detail.replaceChildren(back(), make("p", { className: "notice" }, error.message));
    return;
  }
  if (mine !== opened) return;
  run = -1;
  const match = right.match;
  texts = make(
    "div",
    { className: "pair" },
    pane(kept, left, STATUS[index.status[page]] === "known" ? "in the collection" : "kept", match.marks[1]),
    pane(page, right, `${index.relation[page]} duplicate, ${percent(index.similarity[page] / 1000)}`, match.marks[0]),
  );
  texts.onclick = (event) => {
    const mark = event.target.closest("mark");
    if (!mark) return;
    run = Number(mark.dataset.run);
    showRun(texts, run);
  };
  const step = (by, name, key) => {
    const button = make("button", { type: "button", title: `${name} (${key})` }, name);
    button.onclick = () => nextRun(by);
    return button;
  };
  const runs = make(
    "p",
    { className: "runs" },
    make("mark", {}, "marked"),
    ` is in both: ${count(match.runs, "shared run")} `,
    step(-1, "Previous", "R"),
    step(1, "Next", "r"),
  );
  detail.replaceChildren(
    back(),
    make(
      "div",
      { className: "heading" },
      make("h2", { dir: "auto" }, index.title[kept] || "(no title)"),
      make("p", { className: "meta" }, `cluster ${numbers.format(index.numbers[cluster])} · one kept, ${count(all.length, "duplicate")}`),
    ),
  );
  if (all.length > 1) detail.append(memberList(cluster, all, page));
  detail.append(evidence(match), make("div", { className: "strip" }, legend(texts, "pair"), runs), texts);
  detail.scrollTop = 0;
}

/** The duplicates of a cluster; the one that is open is selected. */
function memberList(cluster, all, page) {
  const box = make("div", { className: "members", id: "members", tabIndex: 0 });
  members = new List(box, {
    height: MEMBER,
    name: "Duplicates of this cluster",
    row: (row, page) => {
      row.append(
        make("b", {}, percent(index.similarity[page] / 1000)),
        make("span", { className: "kind" }, index.relation[page]),
        make("span", { className: "who", title: index.name[page] }, make("bdi", {}, nameOf(page))),
        make("span", { className: "meta" }, count(index.words[page], "word")),
      );
    },
    chosen: (page) => {
      const focused = document.activeElement === box;
      go(`${lists.clusters.address(cluster)}-${all.indexOf(page) + 1}`, true).then(() => focused && element("members")?.focus());
    },
  });
  box.style.height = `${Math.min(all.length, 4.5) * MEMBER + 2}px`;
  members.items = all;
  members.set(all);
  queueMicrotask(() => members.show(page));
  return box;
}

async function openPage(page) {
  const mine = ++opened;
  let data;
  try {
    data = await load(page);
  } catch (error) {
    if (mine === opened) detail.replaceChildren(back(), make("p", { className: "notice" }, error.message));
    return;
  }
  if (mine !== opened) return;
  members = null;
  const status = STATUS[index.status[page]];
  const texts = make("div", { className: "single" }, pane(page, data, status));
  const cluster = clusterOf(page);
  const parts = [back(), make("div", { className: "strip" }, legend(texts, "page"))];
  if (cluster >= 0) {
    const nth = page - first(cluster);
    const link = make("a", { href: `#cluster-${index.numbers[cluster]}${nth > 0 ? `-${nth}` : ""}` }, `cluster ${numbers.format(index.numbers[cluster])}`);
    parts[1].append(make("p", { className: "runs" }, "Compare it in ", link));
  }
  detail.replaceChildren(...parts, texts);
  detail.scrollTop = 0;
}

function nextRun(by) {
  const texts = detail.querySelector(".pair");
  if (!texts) return;
  const runs = [...new Set([...texts.lastChild.querySelectorAll("mark")].map((mark) => Number(mark.dataset.run)))];
  if (runs.length === 0) return;
  const at = runs.indexOf(run);
  run = runs[at < 0 ? (by > 0 ? 0 : runs.length - 1) : (at + by + runs.length) % runs.length];
  showRun(texts, run);
}

// ---- Addresses: #summary, #clusters, #cluster-NUMBER, #cluster-NUMBER-DUPLICATE, #pages, #page-NUMBER.

/** Goes to an address; steps within a list replace each other in the browser's history. */
function go(address, replace = false) {
  if (replace) {
    history.replaceState(null, "", address);
    return route();
  }
  location.hash = address;
  return Promise.resolve();
}

async function route() {
  const [, what, number, nth] = /^#(\w+)(?:-(\d+))?(?:-(\d+))?$/.exec(location.hash) ?? [];
  if (what === "main") return;
  const next = { clusters: "clusters", cluster: "clusters", pages: "pages", page: "pages" }[what] ?? "summary";
  if (next !== view) {
    view = next;
    element("view-summary").hidden = view !== "summary";
    element("view-list").hidden = view === "summary";
    for (const name of ["summary", "clusters", "pages"]) {
      const link = element(`to-${name}`);
      if (name === view) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.body.classList.remove("reading");
    if (view !== "summary") {
      current = lists[view];
      list.at = -1;
      list.items = [];
      list.box.setAttribute("aria-label", view === "clusters" ? "Clusters" : "Pages");
      showControls();
      hint();
      await refresh();
    }
  }
  if (view === "summary") return;
  const item = what === "cluster" ? index.numbers.indexOf(Number(number)) : Number(number) - 1;
  if (number === undefined || item < 0 || item >= current.items.length) {
    if (number === undefined && current.selected !== undefined) history.replaceState(null, "", current.address(current.selected));
    else return hint();
    return route();
  }
  if (current.selected !== item) document.body.classList.toggle("reading", current.selected === undefined || document.body.classList.contains("reading"));
  current.selected = item;
  list.show(item);
  return view === "clusters" ? openCluster(item, Number(nth ?? 1)) : openPage(item);
}

window.addEventListener("hashchange", route);
for (const name of ["summary", "clusters", "pages"]) {
  element(`to-${name}`).onclick = () => document.body.classList.remove("reading");
}

// ---- Keys.

const keys = {
  1: () => go("#summary"),
  2: () => go("#clusters"),
  3: () => go("#pages"),
  "/": () => {
    if (view === "summary") go("#clusters");
    document.body.classList.remove("reading");
    setTimeout(() => element("query").focus());
  },
  j: () => view !== "summary" && list.move(1),
  k: () => view !== "summary" && list.move(-1),
  "]": () => nextMember(1),
  "[": () => nextMember(-1),
  r: () => nextRun(1),
  R: () => nextRun(-1),
  n: () => detail.querySelector(".noise-toggle")?.click(),
  d: () => nextTheme(),
  "?": () => element("help").showModal(),
};

function nextMember(by) {
  if (members && detail.contains(members.box)) members.move(by);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || element("help").open) return;
  // A dialog that was just closed may have the focus until the next frame.
  const field = event.target.closest("dialog") ? null : event.target.closest("input, select, textarea");
  if (event.key === "Escape") {
    if (field || document.activeElement === document.body) toListOrDeselect(false);
    else toListOrDeselect(element("list").contains(document.activeElement));
    return;
  }
  if (field) {
    if (field.id === "query" && (event.key === "Enter" || event.key === "ArrowDown")) {
      element("list").focus();
      if (list.at < 0) list.move(1);
      event.preventDefault();
    }
    return;
  }
  if (!element("letters").checked || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
});

/** Out of a text or the search into the list; out of the list to nothing selected. */
function toListOrDeselect(inList) {
  if (view === "summary") return;
  if (!inList) return toList();
  current.selected = undefined;
  list.show(-1);
  history.replaceState(null, "", `#${view}`);
  hint();
}

element("help-open").onclick = keys["?"];
element("help-close").onclick = () => element("help").close();

// ---- Light and dark. A page opened from disk may not be allowed to remember it.

const themes = ["auto", "light", "dark"];
let theme = "auto";

function setTheme(name) {
  theme = themes.includes(name) ? name : "auto";
  document.documentElement.dataset.theme = theme;
  element("theme-name").textContent = theme;
}

function nextTheme() {
  setTheme(themes[(themes.indexOf(theme) + 1) % themes.length]);
  try {
    localStorage.setItem("dedupe-theme", theme);
  } catch {
    // Then it is not remembered.
  }
}

element("theme").onclick = nextTheme;
try {
  setTheme(localStorage.getItem("dedupe-theme"));
} catch {
  setTheme("auto");
}

// ---- Printing: the list is only in part in the document, so it is written out when it is what is open.

window.addEventListener("beforeprint", () => {
  const paper = element("to-print");
  paper.replaceChildren();
  document.body.classList.toggle("print-list", view !== "summary" && current.selected === undefined);
  if (!document.body.classList.contains("print-list")) return;
  const items = list.items.slice(0, PRINTED_AT_MOST);
  paper.append(make("h2", {}, `${count(list.items.length, current.noun)}${current.query ? ` with “${current.query}”` : ""}`));
  for (const item of items) {
    const row = make("div", { className: "item" });
    current.row(row, item);
    paper.append(row);
  }
  if (items.length < list.items.length) {
    paper.append(make("p", { className: "notice" }, `The first ${numbers.format(items.length)}; search or filter to print others.`));
  }
});

element("n-clusters").textContent = numbers.format(index.clusters.length);
element("n-pages").textContent = numbers.format(index.name.length);
view = "";
route();
