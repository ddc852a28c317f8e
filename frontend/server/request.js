// One question to the gateway. Every one has a deadline, and carries the API key where there is one.

import { read } from "./answers.js";
import { ANSWER_MS } from "./deadlines.js";
import { storedKey } from "./key.js";
import { patiently } from "./patience.js";
import { ProblemError, connectionLost, noAnswer } from "./problems.js";

/** @typedef {{method?: string, body?: unknown, extraMs?: number}} How `extraMs` is what the server may wait */

/**
 * The parsed answer, null when it is empty. A busy server is asked again, a missing key asked for.
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {How} [how]
 * @returns {Promise<any>}
 */
export const ask = (path, signal, how) =>
  patiently(() => inTime(path, signal, how, async (response) => read(await answer(response))), signal);

/**
 * The answer's bytes: fetched and not linked, because neither an image nor a download can carry an API key.
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {How} [how]
 * @returns {Promise<Blob>}
 */
export const askBlob = (path, signal, how) =>
  patiently(() => inTime(path, signal, how, async (response) => (response.ok ? response.blob() : refused(response))), signal);

/** @param {Response} response @returns {Promise<never>} */
export const refused = async (response) => {
  read(await answer(response));
  throw connectionLost();
};

/** @returns {Record<string, string>} */
export function keyHeader() {
  const key = storedKey();
  return key ? { "X-API-Key": key } : {};
}

/**
 * @template T
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {How | undefined} how
 * @param {(response: Response) => Promise<T>} take
 * @returns {Promise<T>}
 */
async function inTime(path, signal, { method = "GET", body, extraMs = 0 } = {}, take) {
  const milliseconds = ANSWER_MS + extraMs;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), milliseconds);
  const giveUp = () => late.abort();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    signal.throwIfAborted();
    return await take(await fetch(path, { method, ...withBody(body), signal: late.signal }));
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) throw noAnswer(milliseconds);
    throw error instanceof ProblemError ? error : connectionLost();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

/** @param {unknown} body @returns {RequestInit} */
const withBody = (body) =>
  body === undefined
    ? { headers: keyHeader() }
    : { headers: { ...keyHeader(), "Content-Type": "application/json" }, body: JSON.stringify(body) };

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
