// The questions the page asks of the gateway. Every one has a deadline.

import { read } from "./answers.js";
import { ANSWER_MS } from "./deadlines.js";
import { storedKey } from "./key.js";
import { patiently } from "./patience.js";
import { ProblemError, connectionLost, noAnswer } from "./problems.js";
import { upload } from "./upload.js";

/** @typedef {import("./contracts.js").Photo} Photo */

/** @param {string} id */
const photoPath = (id) => `v1/photos/${encodeURIComponent(id)}`;

/**
 * Send one photo. The same idempotency key never makes a second photo of it.
 * @param {{blob: Blob, name: string, idempotencyKey: string}} parcel
 * @param {(share: number) => void} onProgress share of the bytes sent, 0 to 1
 * @param {() => void} onBusy told when the server is full and will be asked again
 * @param {AbortSignal} signal
 * @returns {Promise<Photo>}
 */
export const sendPhoto = (parcel, onProgress, onBusy, signal) =>
  patiently(async () => read(await upload(parcel, onProgress, signal)), signal, onBusy);

/**
 * A photo's state; the server holds the answer back for up to `seconds` while nothing is new.
 * @param {string} id
 * @param {number} seconds
 * @param {AbortSignal} signal
 * @returns {Promise<Photo>}
 */
export const askPhoto = (id, seconds, signal) =>
  patiently(() => ask(`${photoPath(id)}?wait=${seconds}`, signal, { extraMs: seconds * 1000 }), signal);

/**
 * @param {string} id
 * @param {AbortSignal} signal
 */
export async function forgetPhoto(id, signal) {
  try {
    await patiently(() => ask(photoPath(id), signal, { method: "DELETE" }), signal);
  } catch (error) {
    if (!(error instanceof ProblemError && error.status === 404)) throw error; // forgotten already
  }
}

/**
 * The preview as the server sees the photo. Fetched and not linked, because an image cannot carry an API key.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Blob>}
 */
export const fetchPreview = (id, signal) => patiently(() => ask(`${photoPath(id)}/preview`, signal, { blob: true }), signal);

/**
 * @param {AbortSignal} signal
 * @returns {Promise<import("./contracts.js").Manifest[]>}
 */
export const fetchModels = async (signal) => (await patiently(() => ask("v1/models", signal), signal)).models;

/**
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {{method?: string, extraMs?: number, blob?: boolean}} how
 * @returns {Promise<any>}
 */
async function ask(path, signal, { method = "GET", extraMs = 0, blob = false } = {}) {
  const milliseconds = ANSWER_MS + extraMs;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), milliseconds);
  const giveUp = () => late.abort();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    signal.throwIfAborted();
    const response = await fetch(path, { method, headers: keyHeader(), signal: late.signal });
    return blob && response.ok ? await response.blob() : read(await answer(response));
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) throw noAnswer(milliseconds);
    throw error instanceof ProblemError ? error : connectionLost();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

/** @returns {Record<string, string>} */
function keyHeader() {
  const key = storedKey();
  return key ? { "X-API-Key": key } : {};
}

/**
 * @param {Response} response
 * @returns {Promise<import("./answers.js").Answer>}
 */
const answer = async (response) => ({
  status: response.status,
  contentType: response.headers.get("Content-Type") ?? "",
  retryAfter: response.headers.get("Retry-After"),
  text: await response.text(),
});
