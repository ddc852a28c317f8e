// Where the cells of the grid lie. Pure arithmetic, pixels.

export const GAP = 12;
const CAPTION = 34; // under the picture: score, stars, name
const LEAST_WIDTH = { small: 148, large: 196 };

/** @typedef {{columns: number, width: number, height: number}} Geometry */

/** @param {number} room width of the grid @returns {Geometry} */
export function geometry(room) {
  const least = room < 640 ? LEAST_WIDTH.small : LEAST_WIDTH.large;
  const columns = Math.max(1, Math.floor((room + GAP) / (least + GAP)));
  const width = (room - GAP * (columns - 1)) / columns;
  return { columns, width, height: Math.round(width * 0.75) + CAPTION };
}

/** @param {Geometry} shape @param {number} count */
export const totalHeight = ({ columns, height }, count) => Math.max(0, Math.ceil(count / columns) * (height + GAP) - GAP);

/** @param {Geometry} shape @param {number} place */
export const positionOf = ({ columns, width, height }, place) => ({
  x: (place % columns) * (width + GAP),
  y: Math.floor(place / columns) * (height + GAP),
});

/**
 * The places that can be seen, with a little more above and below.
 * @param {Geometry} shape
 * @param {{top: number, height: number, count: number}} view
 * @returns {{first: number, end: number}}
 */
export function visible({ columns, height }, { top, height: seen, count }) {
  const row = height + GAP;
  const spare = Math.ceil(seen / row / 2) + 1;
  const first = Math.max(0, Math.floor(top / row) - spare);
  const last = Math.ceil((top + seen) / row) + spare;
  return { first: Math.min(count, first * columns), end: Math.min(count, last * columns) };
}
