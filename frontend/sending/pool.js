// A few worker threads that shrink photos, so that the page stays smooth. One that fails or hangs is ended and replaced.

import { SHRINK_MS } from "../server/deadlines.js";

/** @typedef {import("./downscale.js").Shrunk} Shrunk */

/** A large photo takes a few hundred megabytes while it is decoded: never more than four at once. */
export const POOL_SIZE = Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1));

/** @type {Worker[]} */
const idle = [];

export const canDrawInWorkers = () =>
  typeof Worker === "function" && typeof OffscreenCanvas === "function" && "convertToBlob" in OffscreenCanvas.prototype;

/**
 * The caller sees to it that no more than POOL_SIZE run at once.
 * @param {File} file
 * @returns {Promise<Shrunk | null>} null when it cannot be shrunk here
 */
export function shrinkInPool(file) {
  const worker = idle.pop() ?? new Worker(new URL("./shrink-worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve) => {
    const giveUp = () => {
      clearTimeout(timer);
      worker.terminate();
      resolve(null);
    };
    const timer = setTimeout(giveUp, SHRINK_MS);
    worker.onerror = giveUp;
    worker.onmessage = (/** @type {MessageEvent<Shrunk | null>} */ message) => {
      clearTimeout(timer);
      idle.push(worker);
      resolve(message.data);
    };
    worker.postMessage(file);
  });
}
