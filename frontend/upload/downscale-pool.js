// Worker threads for downscaling. Failed and stalled ones are replaced.

import { DOWNSCALE_MS } from "../server/timeouts.js";

/** At most four: decoding a large photo takes a few hundred megabytes. */
export const POOL_SIZE = Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1));

/** @type {Worker[]} */
const idle = [];

export const canDrawInWorkers = () =>
  typeof Worker === "function" && typeof OffscreenCanvas === "function" && "convertToBlob" in OffscreenCanvas.prototype;

/** The caller limits concurrent calls to POOL_SIZE. @param {File} file
 * @returns {Promise<Downscaled | null>} null for a failure */
export function downscaleInPool(file) {
  const worker = idle.pop() ?? new Worker(new URL("./downscale-worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve) => {
    const fail = () => {
      clearTimeout(timer);
      worker.terminate();
      resolve(null);
    };
    const timer = setTimeout(fail, DOWNSCALE_MS);
    worker.onerror = fail;
    worker.onmessage = (/** @type {MessageEvent<Downscaled | null>} */ message) => {
      clearTimeout(timer);
      idle.push(worker);
      resolve(message.data);
    };
    worker.postMessage(file);
  });
}
