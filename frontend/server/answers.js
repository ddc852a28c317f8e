// What the server said, whichever way it was asked: a body on success, a ProblemError otherwise.

import { fromDocument, strangeAnswer } from "./problems.js";

/** @typedef {{status: number, contentType: string, retryAfter: string | null, text: string}} Answer */

/**
 * @param {Answer} answer
 * @returns {any} the parsed body, null when there is none
 */
export function read({ status, contentType, retryAfter, text }) {
  const body = contentType.includes("json") && text !== "" ? parse(text, status) : null;
  if (status >= 200 && status < 300) return body;
  const seconds = Number(retryAfter);
  const retryAfterMs = Number.isFinite(seconds) ? Math.max(0, seconds) * 1000 : 0;
  if (typeof body?.detail === "string" && typeof body.code === "string") throw fromDocument(body, retryAfterMs);
  throw strangeAnswer(status);
}

/**
 * @param {string} text
 * @param {number} status
 */
function parse(text, status) {
  try {
    return JSON.parse(text);
  } catch {
    throw strangeAnswer(status);
  }
}
