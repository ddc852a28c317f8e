// What the page asks of a single photo.

import { ProblemError } from "./problems.js";
import { ask, askBlob } from "./request.js";

/** @param {string} id */
const path = (id) => `v1/photos/${encodeURIComponent(id)}`;

/** @param {string} id @param {AbortSignal} signal @returns {Promise<import("../contracts.js").Photo>} */
export const fetchPhoto = (id, signal) => ask(path(id), signal);

/** A small upright JPEG, as the server made it. @param {string} id @param {AbortSignal} signal */
export const fetchPreview = (id, signal) => askBlob(`${path(id)}/preview`, signal);

/** The bytes that were sent. @param {string} id @param {AbortSignal} signal */
export const fetchOriginal = (id, signal) => askBlob(`${path(id)}/original`, signal);

/** @param {string} id @param {AbortSignal} signal */
export const forgetPhoto = (id, signal) => forget(path(id), signal);

/** @param {string} address @param {AbortSignal} signal */
export async function forget(address, signal) {
  try {
    await ask(address, signal, { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof ProblemError && error.status === 404)) throw error; // forgotten already
  }
}
