// Entries of the grid: filtered, sorted, stacked.

/** Failed photos have no entry: they are in the list of failures. @param {Iterable<Item>} items @param {Moments} moments
 * @param {ViewOptions} options @returns {GridEntry[]} */
export function arrange(items, moments, options) {
  const shown = [...items].filter((item) => item.stage !== "failed" && matches(item, moments, options));
  const sorted = shown.sort(ORDERS[options.sort]);
  return options.stacks ? stacked(sorted, moments, options) : sorted.map(singleEntry);
}

/** @param {Item} item @param {Moments} moments @param {ViewOptions} options */
function matches(item, moments, { show, stars, sample }) {
  const flag = item.decision?.flag;
  if ((item.decision?.stars ?? 0) < stars) return false;
  if (show === "picked") return flag === "pick";
  if (show === "rejected") return flag === "reject";
  if (show === "undecided") return item.stage !== "scored" || moments.isOpen(item);
  if (show === "sample") return sample.has(item.key);
  if (show === "favourites") return item.favourites > 0;
  return show === "all" || moments.verdictOf(item) === show;
}

const byOrder = (/** @type {Item} */ a, /** @type {Item} */ b) => a.order - b.order;
const names = new Intl.Collator(undefined, { numeric: true });

/** @type {Record<Sort, (a: Item, b: Item) => number>} */
const ORDERS = {
  score: (a, b) => rankScore(b) - rankScore(a) || byOrder(a, b),
  worst: (a, b) => rankScore(a) - rankScore(b) || byOrder(a, b),
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

/** A stack has the position of its first photo; its best photo is on top. @param {Item[]} sorted @param {Moments} moments
 * @param {ViewOptions} options @returns {GridEntry[]} */
function stacked(sorted, moments, { stacks: level, opened }) {
  const groups = Map.groupBy(sorted, (item) => groupOf(item, moments, level || "near"));
  return [...groups].flatMap(([id, photos]) => {
    if (photos.length === 1) return photos.map(singleEntry);
    const items = moments.inOrder(photos);
    const stack = { id, items, open: opened.has(id) };
    const visible = stack.open ? items : items.slice(0, 1);
    return visible.map((item, index) => ({ item, stack, top: index === 0 }));
  });
}

/** The id of a photo's group. @param {Item} item @param {Moments} moments @param {"near" | "scene"} level */
const groupOf = (item, moments, level) =>
  level === "scene" ? (moments.proposalOf(item)?.scene ?? item.key) : moments.idOf(item);

/** The photos of a photo's moment, without itself, the best first. @param {Item} item @param {Moments} moments */
export const nearDuplicates = (item, moments) =>
  moments.inOrder(moments.photosOf(item)).filter((photo) => photo !== item);
