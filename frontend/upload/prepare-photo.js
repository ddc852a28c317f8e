import { unreadableFile } from "../server/errors.js";
import { withCaptureFacts } from "./capture-facts.js";
import { canDrawInWorkers, downscaleInPool } from "./downscale-pool.js";
import { downscale } from "./downscale.js";
import { needsOriginal } from "./originals.js";

const MOST_BYTES = 64e6; // the server's limit by default

/** @typedef {import("./downscale.js").Downscaled} Downscaled */
/** @typedef {{blob: Blob, downscaled: boolean, thumbnail: Blob | null}} PreparedPhoto `thumbnail`: null for a format unknown to the browser */

/** @param {File} file @param {boolean} original without downscaling @returns {Promise<PreparedPhoto>} */
export async function preparePhoto(file, original) {
  const head = await readHead(file);
  const small = await tryDownscale(file);
  const thumbnail = small?.thumbnail ?? null;
  const pixels = original || (needsOriginal(head) && file.size < MOST_BYTES) ? null : small?.blob;
  if (!pixels || pixels.size >= file.size) return { blob: file, downscaled: false, thumbnail };
  return { blob: await withCaptureFacts(file, pixels), downscaled: true, thumbnail };
}

/** The first bytes. Throws for a file that the browser may not read. @param {File} file */
async function readHead(file) {
  try {
    return new Uint8Array(await file.slice(0, 65_536).arrayBuffer());
  } catch {
    throw unreadableFile();
  }
}

/** @param {File} file @returns {Promise<Downscaled | null>} null for a format unknown to the browser */
const tryDownscale = (file) => (canDrawInWorkers() ? downscaleInPool(file) : downscaleOnPage(file));

/** @param {File} file */
async function downscaleOnPage(file) {
  try {
    return await downscale(file, (width, height) => Object.assign(document.createElement("canvas"), { width, height }));
  } catch {
    return null;
  }
}
