// The error of every failed request. `permanent` excludes a retry.

import { problemSentence, sentences } from "../text/messages.js";

export class ProblemError extends Error {
  /** @param {string} detail a plain sentence
   * @param {{code: string, permanent: boolean, status?: number, retryAfterMs?: number}} facts */
  constructor(detail, { code, permanent, status = 0, retryAfterMs = 0 }) {
    super(detail);
    this.code = code;
    this.permanent = permanent;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

const LONG_WAITS = ["quota_exceeded", "pin_locked"];

const PENDING_RESULTS = ["album_result_pending", "insight_pending", "preview_pending", "taste_pending"];

/** The server is overloaded, or the key over its rate limit. Long waits are for the visitor to know.
 * @param {ProblemError} problem */
export const isOverloaded = (problem) => problem.status === 429 && !LONG_WAITS.includes(problem.code);

/** The server still computes this result (202). @param {ProblemError} problem */
export const isPending = ({ code }) => PENDING_RESULTS.includes(code);

/** The request needs another API key. @param {ProblemError} problem */
export const needsKey = (problem) => problem.status === 401;

/** @param {Problem} problem */
export const fromDocument = (problem, retryAfterMs = 0) =>
  new ProblemError(problemSentence(problem.code, problem.detail), { ...problem, retryAfterMs });

export const connectionLost = () =>
  new ProblemError(sentences.connectionLost, { code: "connection_lost", permanent: false });

/** @param {number} milliseconds */
export const responseTimeout = (milliseconds) =>
  new ProblemError(sentences.responseTimeout(milliseconds), { code: "response_timeout", permanent: false });

export const overloadedTooLong = () =>
  new ProblemError(sentences.overloadedTooLong, { code: "overloaded", permanent: false });

export const unreadableFile = () =>
  new ProblemError(sentences.unreadableFile, { code: "unreadable_file", permanent: true });

/** @param {number} status */
export const unexpectedResponse = (status) =>
  new ProblemError(sentences.unexpectedResponse(status), { code: "unexpected_response", permanent: false, status });

/** Any thrown value as a ProblemError; an unexpected one becomes `page_error`. @param {unknown} error
 * @param {AbortSignal} [signal] its abort is no problem: the reason is thrown on */
export function asProblem(error, signal) {
  signal?.throwIfAborted();
  if (error instanceof ProblemError) return error;
  console.error(error);
  return new ProblemError(sentences.pageError, { code: "page_error", permanent: false });
}
