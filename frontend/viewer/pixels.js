// Of a shown image: tones, what is lost in highlights and shadows, where the finest detail lies.

import { sleep } from "../async/sleep.js";
import { make } from "../dom/elements.js";

const BINS = 64;
const LOST_WHITE = 254;
const LOST_BLACK = 2;
const CELLS = 64; // along the long side
const LAYER_SIDE = 640; // pixels
const MOST_OPAQUE = 0.8;
const LEAST_SHARP = 0.3; // of the sharpest tiles: less shows nothing
const BUSY_MS = 12; // of work before the page may react

/** @param {number} width @param {number} height pixels */
export function canvasOf(width, height) {
  const canvas = make("canvas");
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no 2D context");
  return { canvas, context };
}

/** @param {HTMLImageElement} image @param {number} side of the reduced copy, at most */
function reduced(image, side) {
  const { naturalWidth, naturalHeight } = image;
  const scale = Math.min(1, side / Math.max(naturalWidth, naturalHeight, 1));
  const { canvas, context } = canvasOf(naturalWidth * scale, naturalHeight * scale);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return { canvas, context, pixels: context.getImageData(0, 0, canvas.width, canvas.height) };
}

/** Shares of the pixels by brightness, dark to bright. @param {HTMLImageElement} image @param {number} side */
export function histogram(image, side) {
  const { data } = reduced(image, side).pixels;
  const counts = new Array(BINS).fill(0);
  for (let at = 0; at < data.length; at += 4) {
    const luma = 0.2126 * (data[at] ?? 0) + 0.7152 * (data[at + 1] ?? 0) + 0.0722 * (data[at + 2] ?? 0);
    counts[Math.min(BINS - 1, Math.floor((luma * BINS) / 256))] += 1;
  }
  return counts.map((count) => (4 * count) / data.length);
}

/** Red: a colour of the highlights is lost; blue: black shadows. @param {HTMLImageElement} image @param {number} side */
export function clippingOf(image, side) {
  const { canvas, context, pixels } = reduced(image, side);
  const { data } = pixels;
  for (let at = 0; at < data.length; at += 4) {
    const most = Math.max(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
    const [white, black] = [most >= LOST_WHITE, most <= LOST_BLACK];
    data[at] = white ? 255 : 0;
    data[at + 1] = black ? 110 : 0;
    data[at + 2] = black ? 255 : 0;
    data[at + 3] = white || black ? 255 : 0;
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** In `stops` more light, clipped as by a sensor.
 * @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2D} context @param {number} stops */
export function exposed({ width, height }, context, stops) {
  const pixels = context.getImageData(0, 0, width, height);
  const levels = Uint8ClampedArray.from({ length: 256 }, (_, level) => 255 * encoded(decoded(level / 255) * 2 ** stops));
  pixels.data.forEach((level, at) => at % 4 < 3 && (pixels.data[at] = levels[level] ?? 0));
  context.putImageData(pixels, 0, 0);
}

/** sRGB to linear light. @param {number} level */
const decoded = (level) => (level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4);

/** Linear light to sRGB. @param {number} light */
const encoded = (light) => (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);

/** The finest detail at full resolution, by tiles: the mean second difference along the rows.
 * @param {HTMLImageElement} image @param {AbortSignal} signal @returns {Promise<Tiles>} */
export async function detailOf(image, signal) {
  const { naturalWidth: width, naturalHeight: height } = image;
  const cell = Math.ceil(Math.max(width, height) / CELLS);
  const [columns, rows] = [Math.ceil(width / cell), Math.ceil(height / cell)];
  const { context } = canvasOf(width, cell);
  const values = new Float64Array(columns * rows);
  let since = performance.now();
  for (let row = 0; row < rows; row += 1) {
    context.drawImage(image, 0, row * cell, width, cell, 0, 0, width, cell);
    const lines = Math.min(cell, height - row * cell);
    addDetail(context.getImageData(0, 0, width, lines).data, width, cell, values, row * columns);
    if (performance.now() - since < BUSY_MS) continue;
    await sleep(0, signal);
    since = performance.now();
  }
  return { columns, rows, values };
}

/** @param {Uint8ClampedArray} data @param {number} width @param {number} cell @param {Float64Array} values @param {number} first */
function addDetail(data, width, cell, values, first) {
  const pixels = data.length / 4;
  for (let at = 1; at < pixels - 1; at += 1) {
    const x = at % width;
    if (x === 0 || x === width - 1) continue;
    const green = 4 * at + 1;
    const detail = Math.abs(2 * (data[green] ?? 0) - (data[green - 4] ?? 0) - (data[green + 4] ?? 0));
    const tile = first + Math.floor(x / cell);
    values[tile] = (values[tile] ?? 0) + detail / (cell * cell);
  }
}

/** The tiles of the server's measurement: a step is 1/16 octave. @param {string} base64 */
export function measuredTiles(base64) {
  const steps = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const columns = Math.sqrt(steps.length);
  return { columns, rows: columns, values: Float64Array.from(steps, (step) => 2 ** (step / 16)) };
}

/** Tiles as a picture: the more detail, the more opaque. @param {Tiles} tiles
 * @param {number} aspect width by height of the photo */
export function pictureOf({ columns, rows, values }, aspect) {
  const small = canvasOf(columns, rows);
  const most = values.toSorted()[Math.floor(0.98 * values.length)] || 1;
  small.context.fillStyle = "rgb(0 220 130)";
  values.forEach((value, tile) => {
    const share = (Math.min(1, value / most) - LEAST_SHARP) / (1 - LEAST_SHARP);
    small.context.globalAlpha = MOST_OPAQUE * Math.max(0, share);
    small.context.fillRect(tile % columns, Math.floor(tile / columns), 1, 1);
  });
  const { canvas, context } = canvasOf(LAYER_SIDE * Math.min(1, aspect), LAYER_SIDE * Math.min(1, 1 / aspect));
  context.imageSmoothingQuality = "high";
  context.drawImage(small.canvas, 0, 0, canvas.width, canvas.height);
  return canvas;
}
