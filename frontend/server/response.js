import { fromDocument, unexpectedResponse } from "./errors.js";

/** A 202 with a problem in its body is a result that the server still computes: an error with `retryAfterMs`.
 * @param {RawResponse} response @returns {any} the parsed body, null for an empty one */
export function parseResponse({ status, contentType, retryAfter, text }) {
  const body = contentType.includes("json") && text !== "" ? parse(text, status) : null;
  const isProblem = typeof body?.detail === "string" && typeof body.code === "string";
  if (status >= 200 && status < 300 && !isProblem) return body;
  const seconds = Number(retryAfter);
  const retryAfterMs = Number.isFinite(seconds) ? Math.max(0, seconds) * 1000 : 0;
  throw isProblem ? fromDocument(body, retryAfterMs) : unexpectedResponse(status);
}

/** @param {string} text @param {number} status */
function parse(text, status) {
  try {
    return JSON.parse(text);
  } catch {
    throw unexpectedResponse(status);
  }
}
