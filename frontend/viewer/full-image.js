// The best image of a photo: the visitor's file, else the uploaded bytes, else the preview.

import { fetchOriginal, fetchPreview } from "../server/photos.js";

/** Object URLs made here, to be revoked; other URLs belong to the grid. @type {WeakMap<HTMLImageElement, string>} */
const objectUrls = new WeakMap();

const BROWSER_FORMATS = new Set(["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"]);

/** Show the photo in `image`; false without an image that the browser can decode. @param {HTMLImageElement} image
 * @param {Item} item @param {AbortSignal} signal */
export async function showFullImage(image, item, signal) {
  for (const source of sources(item, signal)) {
    const blob = await source().catch(() => null);
    if (signal.aborted) return true;
    if (blob && (await show(image, blob, signal))) return true;
  }
  return false;
}

/** @param {Item} item @param {AbortSignal} signal @returns {(() => Promise<Blob | null>)[]} */
function sources({ file, id, mediaType }, signal) {
  return [
    async () => file,
    async () => (id && BROWSER_FORMATS.has(mediaType) ? fetchOriginal(id, signal) : null),
    async () => (id ? fetchPreview(id, signal) : null),
  ];
}

/** @param {HTMLImageElement} image @param {Blob} blob @param {AbortSignal} signal another photo is shown meanwhile */
async function show(image, blob, signal) {
  const url = URL.createObjectURL(blob);
  const trial = new Image();
  trial.src = url;
  try {
    await trial.decode();
  } catch {
    URL.revokeObjectURL(url);
    return false;
  }
  if (signal.aborted) return URL.revokeObjectURL(url), true;
  revoke(image);
  objectUrls.set(image, url);
  image.src = url;
  return true;
}

/** Free the image's memory. @param {HTMLImageElement} image */
export function revoke(image) {
  const url = objectUrls.get(image);
  if (url) URL.revokeObjectURL(url);
  objectUrls.delete(image);
}
