// The photographer's decisions: shown at once, saved in order, stored in the browser until the server has them; undo.

import { sleep } from "../async/sleep.js";
import { decide, undo } from "../server/albums.js";
import { asProblem } from "../server/errors.js";
import { MAX_RETRY_PAUSE_MS } from "../server/timeouts.js";

/** @typedef {import("./album.js").Item} Item */
/** @typedef {import("../contracts.js").Choice} Choice */
/** @typedef {{photo: string, choice: Choice}} Decision `photo`: its id */

const UNDECIDED = Object.freeze({ flag: null, stars: null });
const NEVER_ABORTED = new AbortController().signal;

export class Decisions {
  /**
   * @param {import("./album.js").Album} album
   * @param {(unsaved: number, problem: import("../server/errors.js").ProblemError | null) => void} onState
   */
  constructor(album, onState) {
    this.album = album;
    this.onState = onState;
    /** @type {Decision[]} */
    this.unsaved = [];
    /** The former decision for each decision of this visit, newest last. @type {Decision[]} */
    this.history = [];
    this.saving = false;
  }

  /** Restore and save the unsaved decisions of an earlier visit. */
  resume() {
    this.unsaved = JSON.parse(localStorage.getItem(this.#storageKey()) ?? "[]");
    for (const { photo, choice } of this.unsaved) {
      const item = this.album.byId.get(photo);
      if (item) this.album.set(item, { decision: choice, unsavedDecisions: item.unsavedDecisions + 1 });
    }
    void this.#save();
  }

  /** @param {Item} item @param {Partial<Choice>} changes the rest of the decision stays */
  choose(item, changes) {
    if (!item.id) return;
    const former = choiceOf(item);
    this.history.push({ photo: item.id, choice: former });
    this.#decide(item, { ...former, ...changes });
  }

  /**
   * Undo the last decision of this visit, otherwise the last decision on `item`.
   * @param {Item | null} item
   * @returns {Promise<Item | null>} the photo with the changed decision
   */
  async undo(item) {
    const former = this.history.pop();
    if (!former) return item?.id ? this.#undoOnServer(item, item.id) : null;
    const decided = this.album.byId.get(former.photo) ?? null;
    if (decided) this.#decide(decided, former.choice);
    return decided;
  }

  /** @param {Item} item @param {string} id */
  async #undoOnServer(item, id) {
    const { current = null } = await undo(this.album.id, id, NEVER_ABORTED);
    this.album.set(item, { decision: current });
    return item;
  }

  /** @param {Item} item @param {Choice} choice */
  #decide(item, choice) {
    this.album.set(item, { decision: choice, unsavedDecisions: item.unsavedDecisions + 1 });
    this.unsaved.push({ photo: /** @type {string} */ (item.id), choice });
    this.#store(null);
    void this.#save();
  }

  /** Save one decision after the other. Idempotent: a repeated decision is the same decision. */
  async #save() {
    if (this.saving) return;
    this.saving = true;
    for (let failures = 0, decision = this.unsaved[0]; decision; decision = this.unsaved[0]) {
      try {
        await decide(this.album.id, decision.photo, decision.choice, NEVER_ABORTED);
        this.#dequeue(decision);
        failures = 0;
      } catch (error) {
        const problem = asProblem(error);
        if (problem.permanent) this.#dequeue(decision);
        this.#store(problem);
        if (!problem.permanent) await sleep(Math.min(1000 * 2 ** failures++, MAX_RETRY_PAUSE_MS), NEVER_ABORTED);
      }
    }
    this.saving = false;
  }

  /** Remove a saved or rejected decision from the queue. @param {Decision} decision */
  #dequeue(decision) {
    this.unsaved.shift();
    const item = this.album.byId.get(decision.photo);
    if (item) item.unsavedDecisions -= 1;
    this.album.revision += 1; // decisions affect the proposals
    this.album.notify();
    this.#store(null);
  }

  /** @param {import("../server/errors.js").ProblemError | null} problem */
  #store(problem) {
    localStorage.setItem(this.#storageKey(), JSON.stringify(this.unsaved));
    this.onState(this.unsaved.length, problem);
  }

  #storageKey() {
    return `photo-critic-unsaved-${this.album.id}`;
  }
}

/** @param {Item} item @returns {Choice} */
const choiceOf = ({ decision }) =>
  decision ? { flag: decision.flag ?? null, stars: decision.stars ?? null } : UNDECIDED;
