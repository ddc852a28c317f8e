// One kind of error for all that can go wrong on a photo's way. It says whether trying again can help.

import { sentences } from "../page/words.js";

export class ProblemError extends Error {
  /**
   * @param {string} detail a plain sentence
   * @param {{code: string, permanent: boolean, status?: number, retryAfterMs?: number}} facts
   */
  constructor(detail, { code, permanent, status = 0, retryAfterMs = 0 }) {
    super(detail);
    this.code = code;
    this.permanent = permanent;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** True when the server says "not now"; a quota that is used up comes back tomorrow, and nobody waits for that.
 * @param {ProblemError} problem */
export const isBusy = (problem) => problem.status === 429 && problem.code !== "quota_used_up";

/** @param {import("../contracts.js").Problem} problem */
export const fromDocument = (problem, retryAfterMs = 0) =>
  new ProblemError(problem.detail, { ...problem, retryAfterMs });

export const connectionLost = () =>
  new ProblemError(sentences.connectionLost, { code: "connection_lost", permanent: false });

/** @param {number} milliseconds */
export const noAnswer = (milliseconds) =>
  new ProblemError(sentences.noAnswer(milliseconds), { code: "no_answer", permanent: false });

export const busyTooLong = () => new ProblemError(sentences.busyTooLong, { code: "overloaded", permanent: false });

export const unreadableFile = () =>
  new ProblemError(sentences.unreadableFile, { code: "unreadable_file", permanent: true });

/** @param {number} status */
export const strangeAnswer = (status) =>
  new ProblemError(sentences.strangeAnswer(status), { code: "strange_answer", permanent: false, status });

/**
 * Anything thrown, as a problem; what nobody foresaw gets its own plain sentence.
 * @param {unknown} error
 * @param {AbortSignal} [signal] what it was asked to stop by is no problem, and thrown on
 */
export function asProblem(error, signal) {
  signal?.throwIfAborted();
  if (error instanceof ProblemError) return error;
  console.error(error);
  return new ProblemError(sentences.unforeseen, { code: "page_error", permanent: false });
}
