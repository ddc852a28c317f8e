// Decides what is sent for a file: a smaller JPEG, or the original.

import { unreadableFile } from "../server/problems.js";
import { downscale } from "./downscale.js";
import { losesByShrinking } from "./motion.js";
import { canDrawInWorkers, shrinkInPool } from "./pool.js";

/** @typedef {import("./downscale.js").Shrunk} Shrunk */
/** What travels to the server; `thumb` is for the grid, where the browser could make one. @typedef {{blob: Blob, shrunk: boolean, thumb: Blob | null}} Parcel */

/**
 * @param {File} file
 * @param {boolean} original true: send the file as it is
 * @returns {Promise<Parcel>}
 */
export async function pack(file, original) {
  const head = await readHead(file);
  const shrunk = await shrink(file);
  const thumb = shrunk?.thumb ?? null;
  if (original || losesByShrinking(head) || !shrunk?.blob) return { blob: file, shrunk: false, thumb };
  return shrunk.blob.size < file.size ? { blob: shrunk.blob, shrunk: true, thumb } : { blob: file, shrunk: false, thumb };
}

/** The first bytes; fails at once when the browser may not read the file. @param {File} file */
async function readHead(file) {
  try {
    return new Uint8Array(await file.slice(0, 65_536).arrayBuffer());
  } catch {
    throw unreadableFile();
  }
}

/**
 * @param {File} file
 * @returns {Promise<Shrunk | null>} null when the browser cannot decode it
 */
const shrink = (file) => (canDrawInWorkers() ? shrinkInPool(file) : shrinkHere(file));

/** @param {File} file */
async function shrinkHere(file) {
  try {
    return await downscale(file, (width, height) => Object.assign(document.createElement("canvas"), { width, height }));
  } catch {
    return null;
  }
}
