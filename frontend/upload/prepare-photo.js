import { unreadableFile } from "../server/errors.js";
import { withCaptureFacts } from "./capture-facts.js";
import { canDrawInWorkers, downscaleInPool } from "./downscale-pool.js";
import { downscale } from "./downscale.js";
import { readMetadata } from "./metadata.js";
import { needsOriginal } from "./originals.js";

const MOST_BYTES = 64e6; // the server's limit by default

/** @param {File} file @param {boolean} original without downscaling @returns {Promise<PreparedPhoto>} */
export async function preparePhoto(file, original) {
  const metadata = await readMetadata(file).catch(() => {
    throw unreadableFile();
  });
  const small = await tryDownscale(file);
  const thumbnail = small?.thumbnail ?? null;
  const pixels = original || (needsOriginal(metadata) && file.size < MOST_BYTES) ? null : small?.blob;
  if (!pixels || pixels.size >= file.size) return { blob: file, downscaled: false, thumbnail };
  return { blob: withCaptureFacts(pixels, metadata), downscaled: true, thumbnail };
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
