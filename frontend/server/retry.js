// Retries: after Retry-After when the server is overloaded or its result pending, with another key after 401.

import { sleep } from "../async/sleep.js";
import { requestKey, storedKey } from "./api-key.js";
import { ProblemError, isOverloaded, isPending, needsKey } from "./errors.js";
import { MAX_ATTEMPTS, MAX_RETRY_PAUSE_MS } from "./timeouts.js";

/**
 * @template T
 * @param {() => Promise<T>} attempt
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
export async function retry(attempt, signal) {
  for (let attempts = 1; ; attempts += 1) {
    const key = storedKey();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ProblemError) || !(await canRetry(error, attempts, key, signal))) throw error;
    }
  }
}

/** Waits until the next attempt may start. @param {ProblemError} problem @param {number} attempts
 * @param {string | null} key the key of the failed attempt @param {AbortSignal} signal */
async function canRetry(problem, attempts, key, signal) {
  if (needsKey(problem)) return requestKey(key, problem.code);
  if (!(isOverloaded(problem) || isPending(problem)) || attempts >= MAX_ATTEMPTS) return false;
  await sleep(Math.min(problem.retryAfterMs || 1000, MAX_RETRY_PAUSE_MS), signal);
  return true;
}
