// A list that may have any number of rows: only those in sight are in the document.

class List {
  /** `row` fills an element for an item; `chosen` is told when another item is selected, and how. */
  constructor(box, { height, name, row, chosen }) {
    this.box = box;
    this.height = height;
    this.row = row;
    this.chosen = chosen;
    this.items = [];
    this.at = -1;
    this.rows = new Map();
    this.sheet = make("div", { className: "sheet", role: "presentation" });
    box.replaceChildren(this.sheet);
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", name);
    box.onscroll = () => this.draw();
    box.onkeydown = (event) => this.key(event);
    this.sheet.onclick = (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.select(Number(row.dataset.at), "click");
    };
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(box);
  }

  /** Shows other items; the selected one stays selected if it is among them. */
  set(items) {
    const selected = this.items[this.at];
    this.items = items;
    this.at = selected === undefined ? -1 : items.indexOf(selected);
    this.sheet.style.height = `${items.length * this.height}px`;
    this.rows.forEach((row) => row.remove());
    this.rows.clear();
    if (this.at < 0) this.box.scrollTop = 0;
    this.draw();
    this.mark();
    if (this.at >= 0) this.reveal();
  }

  draw() {
    const from = Math.max(0, Math.floor(this.box.scrollTop / this.height) - 6);
    const to = Math.min(this.items.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / this.height) + 6);
    for (const [at, row] of this.rows) {
      if (at < from || at >= to) {
        row.remove();
        this.rows.delete(at);
      }
    }
    for (let at = from; at < to; at++) {
      if (this.rows.has(at)) continue;
      const row = make("div", { className: "item", role: "option", id: `${this.box.id}-${at}` });
      row.dataset.at = at;
      row.setAttribute("aria-posinset", at + 1);
      row.setAttribute("aria-setsize", this.items.length);
      row.setAttribute("aria-selected", at === this.at);
      row.style.top = `${at * this.height}px`;
      row.style.height = `${this.height}px`;
      this.row(row, this.items[at]);
      this.rows.set(at, row);
      this.sheet.append(row);
    }
  }

  select(at, how = "key") {
    if (at < 0 || at >= this.items.length) return;
    this.at = at;
    this.reveal();
    this.mark();
    this.chosen(this.items[at], how);
  }

  /** Selects an item without telling anybody. */
  show(item) {
    const at = this.items.indexOf(item);
    if (at === this.at && at >= 0) return;
    this.at = at;
    if (at >= 0) this.reveal();
    this.mark();
  }

  move(by) {
    if (this.items.length === 0) return;
    const at = this.at < 0 ? (by > 0 ? 0 : this.items.length - 1) : this.at + by;
    this.select(Math.max(0, Math.min(this.items.length - 1, at)));
  }

  mark() {
    this.rows.forEach((row, at) => row.setAttribute("aria-selected", at === this.at));
    if (this.at >= 0) this.box.setAttribute("aria-activedescendant", `${this.box.id}-${this.at}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  reveal() {
    const top = this.at * this.height;
    const bottom = top + this.height;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (bottom > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = bottom - this.box.clientHeight;
    this.draw();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.height) - 1);
    const moves = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
    };
    if (event.key in moves) this.move(moves[event.key]);
    else if (event.key === "Home") this.select(0);
    else if (event.key === "End") this.select(this.items.length - 1);
    else if (event.key === "Enter" && this.at >= 0) this.chosen(this.items[this.at], "enter");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
