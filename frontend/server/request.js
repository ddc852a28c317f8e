// Requests to the gateway, with timeout, API key and retries.

import { storedKey } from "./api-key.js";
import { ProblemError, connectionLost, responseTimeout } from "./errors.js";
import { parseResponse } from "./response.js";
import { retry } from "./retry.js";
import { RESPONSE_MS } from "./timeouts.js";

/** The parsed body, null for an empty one. @param {string} path @param {AbortSignal} signal @param {RequestOptions} [options]
 * @returns {Promise<any>} */
export const request = (path, signal, options) => retry(() => send(path, signal, options, parseBody), signal);

/** The body as bytes. Fetched, not linked: an image element or a download link sends no API key. @param {string} path
 * @param {AbortSignal} signal @param {RequestOptions} [options] @returns {Promise<Blob>} */
export const requestBlob = (path, signal, options) =>
  retry(() => send(path, signal, options, (response) => (response.status === 200 ? response.blob() : throwProblem(response))), signal);

/** @param {Response} response @returns {Promise<never>} */
export async function throwProblem(response) {
  await parseBody(response);
  throw connectionLost();
}

/** @returns {Record<string, string>} */
export function keyHeader() {
  const key = storedKey();
  return key ? { "X-API-Key": key } : {};
}

/**
 * @template T
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {RequestOptions | undefined} options
 * @param {(response: Response) => Promise<T>} read
 * @returns {Promise<T>}
 */
async function send(path, signal, { method = "GET", body, extraMs = 0, headers = keyHeader() } = {}, read) {
  const milliseconds = RESPONSE_MS + extraMs;
  const timeout = AbortSignal.timeout(milliseconds);
  try {
    return await read(await fetch(path, { method, ...withBody(body, headers), signal: AbortSignal.any([signal, timeout]) }));
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) throw responseTimeout(milliseconds);
    throw error instanceof ProblemError ? error : connectionLost();
  }
}

/** @param {unknown} body @param {Record<string, string>} headers @returns {RequestInit} */
const withBody = (body, headers) =>
  body === undefined
    ? { headers }
    : { headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };

/** @param {Response} response @returns {Promise<any>} */
const parseBody = async (response) =>
  parseResponse({
    status: response.status,
    contentType: response.headers.get("Content-Type") ?? "",
    retryAfter: response.headers.get("Retry-After"),
    text: await response.text(),
  });
