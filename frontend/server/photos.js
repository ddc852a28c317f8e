import { ProblemError } from "./errors.js";
import { request, requestBlob } from "./request.js";

const INSIGHT = { extraMs: 20_000 }; // the server's default wait

/** @param {string} id */
const path = (id) => `v1/photos/${encodeURIComponent(id)}`;

/** @param {string} id @param {AbortSignal} signal @returns {Promise<Photo>} */
export const fetchPhoto = (id, signal) => request(path(id), signal);

/** A small upright JPEG by the server. @param {string} id @param {AbortSignal} signal */
export const fetchPreview = (id, signal) => requestBlob(`${path(id)}/preview`, signal);

/** The uploaded bytes. @param {string} id @param {AbortSignal} signal */
export const fetchOriginal = (id, signal) => requestBlob(`${path(id)}/original`, signal);

/** A picture with alpha: where the score comes from. @param {string} id @param {AbortSignal} signal */
export const fetchScoreMap = (id, signal) => requestBlob(`${path(id)}/explanation.png`, signal, INSIGHT);

/** @param {string} id @param {AbortSignal} signal @returns {Promise<Suggestions>} */
export const fetchSuggestions = (id, signal) => request(`${path(id)}/suggestions`, signal, INSIGHT);

/** A suggestion as XMP. @param {string} id @param {number} number @param {AbortSignal} signal */
export const fetchSidecar = (id, number, signal) =>
  requestBlob(`${path(id)}/suggestions/${number}/sidecar`, signal, INSIGHT);

/** @param {string} id @param {AbortSignal} signal */
export const deletePhoto = (id, signal) => deleteResource(path(id), signal);

/** Idempotent: a resource that no longer exists counts as deleted. @param {string} resource @param {AbortSignal} signal */
export async function deleteResource(resource, signal) {
  try {
    await request(resource, signal, { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof ProblemError && error.status === 404)) throw error;
  }
}
