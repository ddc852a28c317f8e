// When the server says "not now" (429) or "who are you?" (401, 403), the page waits or asks for a key, and tries again.

import { BUSY_PAUSE_MAX_MS, BUSY_TRIES } from "./deadlines.js";
import { askForKey, storedKey } from "./key.js";
import { pause } from "./pause.js";
import { ProblemError, isBusy } from "./problems.js";

/**
 * @template T
 * @param {() => Promise<T>} attempt
 * @param {AbortSignal} signal
 * @param {() => void} [onBusy]
 * @returns {Promise<T>}
 */
export async function patiently(attempt, signal, onBusy = () => {}) {
  for (let tries = 1; ; tries += 1) {
    const key = storedKey();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ProblemError) || !(await worthAnotherTry(error, tries, key, signal, onBusy))) throw error;
    }
  }
}

/**
 * @param {ProblemError} problem
 * @param {number} tries
 * @param {string | null} key the key that was sent
 * @param {AbortSignal} signal
 * @param {() => void} onBusy
 */
async function worthAnotherTry(problem, tries, key, signal, onBusy) {
  if (problem.status === 401 || problem.code === "api_key_wrong") return askForKey(key, problem.code);
  if (!isBusy(problem) || tries >= BUSY_TRIES) return false;
  onBusy();
  await pause(Math.min(problem.retryAfterMs || 1000, BUSY_PAUSE_MAX_MS), signal);
  return true;
}
