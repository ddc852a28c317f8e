// The entries of the grid: filtered, sorted and stacked photos. Pure functions.

/** @typedef {import("./album.js").Item} Item */
/** @typedef {import("../contracts.js").Proposal} Proposal */
/** @typedef {"score" | "time" | "name" | "chosen"} Sort */
/** @typedef {"all" | "keep" | "maybe" | "reject" | "picked" | "rejected" | "undecided" | "favourites"} Filter */

/**
 * @typedef {object} ViewOptions
 * @property {Sort} sort
 * @property {Filter} show
 * @property {number} stars lowest number of stars
 * @property {"" | "near" | "scene"} stacks the groups to stack
 * @property {Set<string>} opened ids of stacks that are spread out
 */

/** @typedef {{id: string, items: Item[], open: boolean}} Stack */
/** @typedef {{item: Item, stack: Stack | null, top: boolean}} GridEntry */

/**
 * Failed photos have no entry: they are in the list of failures.
 * @param {Iterable<Item>} items
 * @param {Map<string, Proposal>} proposals
 * @param {ViewOptions} options
 * @returns {GridEntry[]}
 */
export function arrange(items, proposals, options) {
  const shown = [...items].filter((item) => item.stage !== "failed" && matches(item, proposals, options));
  const sorted = shown.sort(ORDERS[options.sort]);
  return options.stacks ? stacked(sorted, proposals, options) : sorted.map(singleEntry);
}

/** The photographer's decision, otherwise the proposal.
 * @param {Item} item @param {Map<string, Proposal>} proposals */
export function verdictOf({ id, decision }, proposals) {
  if (decision?.flag) return decision.flag === "pick" ? "keep" : "reject";
  return (id && proposals.get(id)?.verdict) || null;
}

/** @param {Item} item @param {Map<string, Proposal>} proposals @param {ViewOptions} options */
function matches(item, proposals, { show, stars }) {
  const flag = item.decision?.flag;
  if ((item.decision?.stars ?? 0) < stars) return false;
  if (show === "picked") return flag === "pick";
  if (show === "rejected") return flag === "reject";
  if (show === "undecided") return !flag;
  if (show === "favourites") return item.favourites > 0;
  return show === "all" || verdictOf(item, proposals) === show;
}

const byOrder = (/** @type {Item} */ a, /** @type {Item} */ b) => a.order - b.order;
const names = new Intl.Collator(undefined, { numeric: true });

/** @type {Record<Sort, (a: Item, b: Item) => number>} */
const ORDERS = {
  score: (a, b) => rankScore(b) - rankScore(a) || byOrder(a, b),
  time: (a, b) => compareTimes(takenAt(a), takenAt(b)) || names.compare(a.name, b.name),
  name: (a, b) => names.compare(a.name, b.name) || byOrder(a, b),
  chosen: byOrder,
};

/** The server's order: by percentile, which model versions share; then by score. @param {Item} item */
const rankScore = ({ summary }) => (summary ? summary.percentile + summary.score * 1e-6 : -1);

/** Instants where the zone is known, the visitor's zone elsewhere; photos without a time come last. @param {Item} item */
const takenAt = ({ summary }) => (summary?.taken_at ? Date.parse(summary.taken_at) : Infinity);

/** @param {number} a @param {number} b */
const compareTimes = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** @param {Item} item @returns {GridEntry} */
const singleEntry = (item) => ({ item, stack: null, top: true });

/**
 * A stack has the position of its first photo; its best photo is on top.
 * @param {Item[]} sorted
 * @param {Map<string, Proposal>} proposals
 * @param {ViewOptions} options
 * @returns {GridEntry[]}
 */
function stacked(sorted, proposals, { stacks: level, opened }) {
  const groups = Map.groupBy(sorted, (item) => groupOf(item, proposals, level || "near") ?? item.key);
  return [...groups].flatMap(([id, items]) => {
    if (items.length === 1) return items.map(singleEntry);
    const stack = { id, items: items.sort(byQuality(proposals)), open: opened.has(id) };
    const visible = stack.open ? items : items.slice(0, 1);
    return visible.map((item, index) => ({ item, stack, top: index === 0 }));
  });
}

/**
 * The id of a photo's group.
 * @param {Item} item
 * @param {Map<string, Proposal>} proposals
 * @param {"near" | "scene"} level
 */
const groupOf = ({ id }, proposals, level) => (id && proposals.get(id)?.[level]) || null;

/**
 * The near duplicates of a photo, without itself, the best first.
 * @param {Item} item
 * @param {Iterable<Item>} items
 * @param {Map<string, Proposal>} proposals
 */
export function nearDuplicates(item, items, proposals) {
  const group = groupOf(item, proposals, "near");
  if (!group) return [];
  const duplicates = [...items].filter((photo) => photo !== item && groupOf(photo, proposals, "near") === group);
  return duplicates.sort(byQuality(proposals));
}

/** @param {Map<string, Proposal>} proposals @returns {(a: Item, b: Item) => number} */
const byQuality = (proposals) => {
  const quality = (/** @type {Item} */ { id }) => (id && proposals.get(id)?.quality) || 0;
  return (a, b) => quality(b) - quality(a) || byOrder(a, b);
};
