// The best picture there is of a photo: the file itself while this page knows it, else what was sent, else the preview.

import { fetchOriginal, fetchPreview } from "../server/photos.js";

/** @typedef {import("../album/album.js").Item} Item */

/** What was made here, and is to be given back; other addresses are the grid's. @type {WeakMap<HTMLImageElement, string>} */
const made = new WeakMap();

const SHOWN_BY_BROWSERS = new Set(["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"]);

/**
 * Show it in `image`; false when there is none that the browser can show.
 * @param {HTMLImageElement} image
 * @param {Item} item
 * @param {AbortSignal} signal
 */
export async function showLarge(image, item, signal) {
  for (const source of sources(item, signal)) {
    const blob = await source().catch(() => null);
    if (signal.aborted) return true;
    if (blob && (await shows(image, blob))) return true;
  }
  return false;
}

/** @param {Item} item @param {AbortSignal} signal @returns {(() => Promise<Blob | null>)[]} */
function sources({ file, id, mediaType }, signal) {
  return [
    async () => file,
    async () => (id && SHOWN_BY_BROWSERS.has(mediaType) ? fetchOriginal(id, signal) : null),
    async () => (id ? fetchPreview(id, signal) : null),
  ];
}

/** @param {HTMLImageElement} image @param {Blob} blob */
async function shows(image, blob) {
  const address = URL.createObjectURL(blob);
  const trial = new Image();
  trial.src = address;
  try {
    await trial.decode();
  } catch {
    URL.revokeObjectURL(address);
    return false;
  }
  giveBack(image);
  made.set(image, address);
  image.src = address;
  return true;
}

/** The picture is not looked at any more. @param {HTMLImageElement} image */
export function giveBack(image) {
  const address = made.get(image);
  if (address) URL.revokeObjectURL(address);
  made.delete(image);
}
