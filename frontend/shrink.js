// Decides what is sent for a file: a smaller JPEG, or the original.

import { SHRINK_MS } from "./deadlines.js";
import { downscale } from "./downscale.js";
import { losesByShrinking } from "./motion.js";
import { unreadableFile } from "./problems.js";

/** @typedef {import("./downscale.js").Shrunk} Shrunk */
/** What travels to the server. @typedef {{blob: Blob, shrunk: Shrunk | null}} Parcel */

/**
 * @param {File} file
 * @param {boolean} original true: send the file as it is
 * @returns {Promise<Parcel>}
 */
export async function pack(file, original) {
  const head = await readHead(file);
  if (original || losesByShrinking(head)) return { blob: file, shrunk: null };
  const shrunk = await shrink(file);
  return shrunk && shrunk.blob.size < file.size ? { blob: shrunk.blob, shrunk } : { blob: file, shrunk: null };
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
 * @returns {Promise<Shrunk | null>} null when the browser cannot decode it, or it is small already
 */
const shrink = (file) => (canDrawInWorker() ? shrinkInWorker(file) : shrinkHere(file));

const canDrawInWorker = () =>
  typeof Worker === "function" && typeof OffscreenCanvas === "function" && "convertToBlob" in OffscreenCanvas.prototype;

/** @type {Worker | null} */
let idleWorker = null;

/**
 * A worker that failed or took too long is ended and never used again.
 * @param {File} file
 * @returns {Promise<Shrunk | null>}
 */
function shrinkInWorker(file) {
  const worker = idleWorker ?? new Worker(new URL("./shrink-worker.js", import.meta.url), { type: "module" });
  idleWorker = null;
  return new Promise((resolve) => {
    const giveUp = () => {
      worker.terminate();
      resolve(null);
    };
    const timer = setTimeout(giveUp, SHRINK_MS);
    worker.onerror = () => {
      clearTimeout(timer);
      giveUp();
    };
    worker.onmessage = (/** @type {MessageEvent<Shrunk | null>} */ message) => {
      clearTimeout(timer);
      idleWorker = worker;
      resolve(message.data);
    };
    worker.postMessage(file);
  });
}

/** @param {File} file */
async function shrinkHere(file) {
  try {
    return await downscale(file, (width, height) => Object.assign(document.createElement("canvas"), { width, height }));
  } catch {
    return null;
  }
}
