// Positions of the grid's cells, in pixels.

export const GAP = 12;
const CAPTION = 34; // below the thumbnail: score, stars, name
const MIN_WIDTH = { small: 148, large: 196 };

/** @param {number} available width of the grid @returns {GridShape} */
export function geometry(available) {
  const minWidth = available < 640 ? MIN_WIDTH.small : MIN_WIDTH.large;
  const columns = Math.max(1, Math.floor((available + GAP) / (minWidth + GAP)));
  const width = (available - GAP * (columns - 1)) / columns;
  return { columns, width, height: Math.round(width * 0.75) + CAPTION };
}

/** @param {GridShape} shape @param {number} count */
export const totalHeight = ({ columns, height }, count) => Math.max(0, Math.ceil(count / columns) * (height + GAP) - GAP);

/** @param {GridShape} shape @param {number} index */
export const positionOf = ({ columns, width, height }, index) => ({
  x: (index % columns) * (width + GAP),
  y: Math.floor(index / columns) * (height + GAP),
});

/** The range of visible entries, with spare rows above and below. @param {GridShape} shape
 * @param {{top: number, height: number, count: number}} view @returns {{first: number, end: number}} */
export function visibleRange({ columns, height }, { top, height: visibleHeight, count }) {
  const row = height + GAP;
  const spare = Math.ceil(visibleHeight / row / 2) + 1;
  const first = Math.max(0, Math.floor(top / row) - spare);
  const last = Math.ceil((top + visibleHeight) / row) + spare;
  return { first: Math.min(count, first * columns), end: Math.min(count, last * columns) };
}
