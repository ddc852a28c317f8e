// Which photos are shown, in which order, and which of them stand for a whole stack. Pure: nothing here is drawn.

/** @typedef {import("./album.js").Item} Item */
/** @typedef {import("../contracts.js").Proposal} Proposed */
/** @typedef {"score" | "time" | "name" | "chosen"} Sort */
/** @typedef {"all" | "keep" | "maybe" | "reject" | "picked" | "rejected" | "undecided"} Show */

/**
 * @typedef {object} Wish
 * @property {Sort} sort
 * @property {Show} show
 * @property {number} stars show no photo with fewer
 * @property {"" | "near" | "scene"} stacks what is laid on one stack
 * @property {Set<string>} opened stacks that are spread out, by their id
 */

/** @typedef {{id: string, items: Item[], open: boolean}} Stack */
/** @typedef {{item: Item, stack: Stack | null, top: boolean}} Place */

/**
 * Photos that failed are told elsewhere, and have no place.
 * @param {Iterable<Item>} items
 * @param {Map<string, Proposed>} proposals
 * @param {Wish} wish
 * @returns {Place[]}
 */
export function arrange(items, proposals, wish) {
  const shown = [...items].filter((item) => item.stage !== "failed" && isWanted(item, proposals, wish));
  const sorted = shown.sort(ORDERS[wish.sort]);
  return wish.stacks ? stacked(sorted, proposals, wish) : sorted.map((item) => ({ item, stack: null, top: true }));
}

/** What counts for a photo: the photographer's own word, else what is proposed.
 * @param {Item} item @param {Map<string, Proposed>} proposals */
export function verdictOf({ id, decision }, proposals) {
  if (decision?.flag) return decision.flag === "pick" ? "keep" : "reject";
  return (id && proposals.get(id)?.verdict) || null;
}

/** @param {Item} item @param {Map<string, Proposed>} proposals @param {Wish} wish */
function isWanted(item, proposals, { show, stars }) {
  const flag = item.decision?.flag;
  if ((item.decision?.stars ?? 0) < stars) return false;
  if (show === "picked") return flag === "pick";
  if (show === "rejected") return flag === "reject";
  if (show === "undecided") return !flag;
  return show === "all" || verdictOf(item, proposals) === show;
}

const byOrder = (/** @type {Item} */ one, /** @type {Item} */ other) => one.order - other.order;
const names = new Intl.Collator(undefined, { numeric: true });

/** @type {Record<Sort, (one: Item, other: Item) => number>} */
const ORDERS = {
  score: (one, other) => scoreOf(other) - scoreOf(one) || byOrder(one, other),
  time: (one, other) => compare(takenAt(one), takenAt(other)) || names.compare(one.name, other.name),
  name: (one, other) => names.compare(one.name, other.name) || byOrder(one, other),
  chosen: byOrder,
};

/** As the server ranks: by what versions of a model share, and where that is equal by score. @param {Item} item */
const scoreOf = ({ summary }) => (summary ? summary.percentile + summary.score * 1e-6 : -1);

/** Photos without a time come last. @param {Item} item */
const takenAt = (item) => item.summary?.taken_at ?? "9";

/** @param {string} one @param {string} other */
const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/**
 * A stack lies where the first of its photos would; its best is on top.
 * @param {Item[]} sorted
 * @param {Map<string, Proposed>} proposals
 * @param {Wish} wish
 * @returns {Place[]}
 */
function stacked(sorted, proposals, { stacks: level, opened }) {
  const groups = Map.groupBy(sorted, (item) => groupOf(item, proposals, level || "near") ?? item.key);
  return [...groups].flatMap(([id, items]) => {
    /** @type {Place[]} */
    const alone = items.map((item) => ({ item, stack: null, top: true }));
    if (items.length === 1) return alone;
    const stack = { id, items: items.sort(byQuality(proposals)), open: opened.has(id) };
    const seen = stack.open ? items : items.slice(0, 1);
    return seen.map((item, place) => ({ item, stack, top: place === 0 }));
  });
}

/**
 * The id of the group that a photo belongs to.
 * @param {Item} item
 * @param {Map<string, Proposed>} proposals
 * @param {"near" | "scene"} level
 */
const groupOf = ({ id }, proposals, level) => (id && proposals.get(id)?.[level]) || null;

/**
 * The near duplicates of a photo, without itself, the best first.
 * @param {Item} item
 * @param {Iterable<Item>} items
 * @param {Map<string, Proposed>} proposals
 */
export function nearDuplicates(item, items, proposals) {
  const group = groupOf(item, proposals, "near");
  if (!group) return [];
  const alike = [...items].filter((one) => one !== item && groupOf(one, proposals, "near") === group);
  return alike.sort(byQuality(proposals));
}

/** @param {Map<string, Proposed>} proposals @returns {(one: Item, other: Item) => number} */
const byQuality = (proposals) => {
  const quality = (/** @type {Item} */ { id }) => (id && proposals.get(id)?.quality) || 0;
  return (one, other) => quality(other) - quality(one) || byOrder(one, other);
};
