// The index over all pages, and the pages themselves, unpacked when they are wanted.

const element = (id) => document.getElementById(id);
const index = JSON.parse(element("index").textContent);
const { labels: LABELS, statuses: STATUS } = JSON.parse(element("names").textContent);
const STORY = ["title", "body", "subhead"];
const KIND = ["story", "listing", "empty", ""];
const numbers = new Intl.NumberFormat("en");

/** The cluster that a page is in, or -1. */
const clusterOf = (page) => (page < index.alone ? lastUpTo(index.clusters, page) : -1);

/** The pages of a cluster: the first, which is kept, and the one after the last. */
const pagesOf = (cluster) => [
  index.clusters[cluster],
  cluster + 1 < index.clusters.length ? index.clusters[cluster + 1] : index.alone,
];

/** The last place of an ascending list whose value is not above a number. */
function lastUpTo(list, value) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const unpacked = new Map();
const UNPACKED_AT_MOST = 24;

/** The pages of a part, as the program packed them: deflate in base64. */
async function unpack(part) {
  if (typeof DecompressionStream === "undefined") {
    throw new Error("This browser cannot unpack the pages: it takes Chrome 103, Firefox 113, Safari 16.4 or newer.");
  }
  const packed = atob(element("part-" + part).textContent);
  const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

/** A page with its blocks. Parts that were looked at last stay unpacked. */
async function load(page) {
  const part = lastUpTo(index.parts, page);
  const pages = unpacked.get(part) ?? unpack(part);
  unpacked.delete(part);
  unpacked.set(part, pages);
  if (unpacked.size > UNPACKED_AT_MOST) unpacked.delete(unpacked.keys().next().value);
  return (await pages)[page - index.parts[part]];
}

/** What all names begin with, up to a slash: it tells nothing, and takes the room of what does. */
const common = (() => {
  let start = index.name[0] ?? "";
  for (const name of index.name) {
    while (!name.startsWith(start)) start = start.slice(0, -1);
  }
  return start.lastIndexOf("/") + 1;
})();

const nameOf = (page) => index.name[page].slice(common);

const count = (n, noun) => `${numbers.format(n)} ${noun}${n === 1 ? "" : "s"}`;

/** A share as the program prints it: only what is whole is 100 %. */
function percent(share) {
  const rounded = Math.round(share * 100);
  if (share < 1 && rounded >= 100) return "99 %";
  if (share > 0 && rounded < 1) return "<1 %";
  return `${rounded} %`;
}

/** An element with properties and children; texts are only ever text. */
function make(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
