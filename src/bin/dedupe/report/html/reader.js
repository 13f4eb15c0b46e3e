// Texts: a page with its blocks and labels, alone or beside the page that is kept in its place.

/** What the reader wants to see; one answer for pages compared, one for pages alone. */
const sees = { noise: { pair: false, page: true }, hidden: new Set() };

const labelOf = (block) => (block[0] < 0 ? "text" : LABELS[block[0]]);
const isNoise = (label) => label !== "text" && !STORY.includes(label);

/** The head and the blocks of a page. `marks` says which pieces of which blocks are shared. */
function pane(page, data, role, marks = []) {
  const noise = data.blocks.filter((block) => isNoise(labelOf(block))).length;
  const facts = [count(index.words[page], "word")];
  if (noise > 0) facts.push(`${count(noise, "block")} of noise`);
  const kind = KIND[index.kind[page]];
  if (kind && kind !== "story") facts.push(kind === "listing" ? "lists other stories" : "has no story");
  const head = make(
    "header",
    {},
    make("p", { className: "facts-line" }, make("b", { className: `role s-${STATUS[index.status[page]]}` }, role), " · ", facts.join(" · ")),
    make("h3", { dir: "auto" }, index.title[page] || "(no title)"),
    make("p", { className: "name", title: index.name[page] }, make("bdi", {}, nameOf(page))),
  );
  if (index.url[page]) {
    const link = { href: index.url[page], rel: "noopener noreferrer", target: "_blank" };
    head.append(make("p", { className: "name" }, make("a", link, make("bdi", {}, index.url[page]))));
  }
  const text = make("div", { className: "text", tabIndex: 0, role: "group" });
  text.setAttribute("aria-label", `${role}: text, block by block with the arrow keys`);
  const byBlock = Map.groupBy ? Map.groupBy(marks, (mark) => mark[0]) : grouped(marks);
  data.blocks.forEach((block, n) => text.append(paragraph(block, byBlock.get(n) ?? [])));
  if (data.blocks.length === 0) text.append(make("p", { className: "note" }, nothing(page, data)));
  if (data.blocks.length > 0 && data.shown < data.chars) {
    const note = `Shown to ${numbers.format(data.shown)} of ${count(data.chars, "character")}; all of it was compared. --max-chars sets how much is shown.`;
    text.append(make("p", { className: "notice" }, note));
  }
  text.onkeydown = throughBlocks;
  return make("section", { className: "pane" }, head, text);
}

function nothing(page, data) {
  if (STATUS[index.status[page]] === "unreadable") return "It could not be read; the summary says why.";
  return data.chars > 0 ? "Texts are not shown in this report (--max-chars 0)." : "The page is empty.";
}

function grouped(marks) {
  const groups = new Map();
  for (const mark of marks) groups.set(mark[0], [...(groups.get(mark[0]) ?? []), mark]);
  return groups;
}

/** A block: its label and confidence, and its text, struck out when it is noise. */
function paragraph(block, marks) {
  const [, confidence, text] = block;
  const label = labelOf(block);
  const noise = isNoise(label);
  const holder = make(noise ? "s" : "span", { className: "words" });
  let end = 0;
  for (const [, from, to, run] of marks) {
    const mark = make("mark", {}, text.slice(from, to));
    mark.dataset.run = run;
    holder.append(text.slice(end, from), mark);
    end = to;
  }
  holder.append(text.slice(end));
  const made = make("div", { className: `block l-${label}${noise ? " noise" : ""}`, dir: "auto", tabIndex: -1 });
  made.dataset.label = label;
  if (label !== "text") {
    const sure = make("span", { className: "sure" }, ` ${confidence} %`);
    made.append(make("span", { className: "tag", dir: "ltr" }, label, sure));
    made.title = `${label}, ${confidence} % sure`;
  }
  made.append(holder);
  return made;
}

/** Arrow keys go from block to block, so that a text is one stop for the tab key. */
function throughBlocks(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  const blocks = [...this.querySelectorAll(".block:not([hidden])")];
  const at = blocks.indexOf(document.activeElement);
  const next = blocks[at < 0 ? (step > 0 ? 0 : blocks.length - 1) : at + step];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  event.preventDefault();
  event.stopPropagation();
}

/** The labels of the texts that are shown: each says how often it occurs, and hides and shows its blocks. */
function legend(texts, where) {
  const occurs = new Map();
  for (const block of texts.querySelectorAll(".block")) {
    occurs.set(block.dataset.label, (occurs.get(block.dataset.label) ?? 0) + 1);
  }
  const made = make("div", { className: "legend", role: "group" });
  made.setAttribute("aria-label", "Labels; each button hides or shows its blocks");
  const update = () => apply(texts, made, where);
  const noise = [...occurs.keys()].some(isNoise);
  if (noise) {
    const toggle = make("button", { type: "button", className: "noise-toggle", title: "Show or hide the noise (n)" }, "Noise");
    toggle.onclick = () => {
      sees.noise[where] = !sees.noise[where];
      update();
    };
    made.append(toggle);
  }
  for (const label of LABELS.filter((label) => occurs.has(label))) {
    const button = make("button", { type: "button", className: `chip l-${label}` }, label, make("small", {}, ` ${occurs.get(label)}`));
    button.dataset.label = label;
    button.onclick = () => {
      if (isNoise(label) && !sees.noise[where]) {
        // Whoever asks for one kind of noise wants to see just that one.
        sees.noise[where] = true;
        LABELS.filter(isNoise).forEach((other) => sees.hidden.add(other));
        sees.hidden.delete(label);
      } else if (!sees.hidden.delete(label)) {
        sees.hidden.add(label);
      }
      update();
    };
    made.append(button);
  }
  update();
  return made;
}

function apply(texts, legend, where) {
  const isHidden = (label) => sees.hidden.has(label) || (isNoise(label) && !sees.noise[where]);
  for (const block of texts.querySelectorAll(".block")) block.hidden = isHidden(block.dataset.label);
  for (const button of legend.querySelectorAll("button")) {
    const label = button.dataset.label;
    button.setAttribute("aria-pressed", label ? !isHidden(label) : sees.noise[where]);
  }
}

/** What a duplicate has in common with the kept page, in numbers and words. */
function evidence(match) {
  const rows = [
    ["Similarity", percent(match.similarity)],
    ["Resemblance", percent(match.resemblance), "of the word runs of either, those that both have (Jaccard)"],
    ["In the kept one", percent(match.containment[0]), "of this page's word runs; " + percent(match.coverage[0]) + " of its words"],
    ["Of the kept one", percent(match.containment[1]), "of its word runs are here; " + percent(match.coverage[1]) + " of its words"],
    ["Longest run", count(match.run, "word")],
    ["Numbers", match.agree + match.differ === 0 ? "none shared" : `${match.agree} agree, ${match.differ} differ`],
  ];
  const list = make("dl", { className: "evidence" });
  for (const [name, value, title] of rows) {
    list.append(make("div", { title: title ?? "" }, make("dt", {}, name), make("dd", {}, value)));
  }
  return make("div", { className: "why" }, make("p", { className: "rule" }, match.rule), list);
}

/** Both sides of a shared run are marked and brought into sight. */
function showRun(texts, run) {
  if (texts.getBoundingClientRect().bottom > innerHeight) texts.scrollIntoView({ block: "start" });
  const marks = [...texts.querySelectorAll("mark")];
  for (const mark of marks) mark.classList.toggle("on", mark.dataset.run === String(run));
  for (const text of texts.querySelectorAll(".text")) {
    const first = marks.find((mark) => mark.dataset.run === String(run) && text.contains(mark));
    if (!first) continue;
    const [outer, inner] = [text.getBoundingClientRect(), first.getBoundingClientRect()];
    if (text.scrollHeight > text.clientHeight && getComputedStyle(text).overflowY === "auto") {
      text.scrollTop += inner.top - outer.top - Math.min(80, outer.height / 3);
    } else {
      first.scrollIntoView({ block: "nearest" });
    }
  }
}
