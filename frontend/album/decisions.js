// What the photographer decides: shown at once, saved at once, kept here until the server has it, and taken back.

import { decide, undo } from "../server/albums.js";
import { BUSY_PAUSE_MAX_MS } from "../server/deadlines.js";
import { pause } from "../server/pause.js";
import { asProblem } from "../server/problems.js";

/** @typedef {import("./album.js").Item} Item */
/** @typedef {import("../contracts.js").Choice} Choice */
/** @typedef {{photo: string, choice: Choice}} Job */

const NOTHING = Object.freeze({ flag: null, stars: null });
const NEVER = new AbortController().signal;

export class Decisions {
  /**
   * @param {import("./album.js").Album} album
   * @param {(unsaved: number, problem: import("../server/problems.js").ProblemError | null) => void} onState
   */
  constructor(album, onState) {
    this.album = album;
    this.onState = onState;
    /** @type {Job[]} */
    this.unsaved = [];
    /** What was before each decision of this visit, newest last. @type {Job[]} */
    this.before = [];
    this.saving = false;
  }

  /** Take up what an earlier visit could not save. */
  resume() {
    this.unsaved = JSON.parse(localStorage.getItem(this.#place()) ?? "[]");
    for (const { photo, choice } of this.unsaved) {
      const item = this.album.byId.get(photo);
      if (item) this.album.set(item, { decision: choice, deciding: item.deciding + 1 });
    }
    void this.#save();
  }

  /** @param {Item} item @param {Partial<Choice>} part what changes of the decision; the rest stays */
  choose(item, part) {
    if (!item.id) return;
    const before = choiceOf(item);
    this.before.push({ photo: item.id, choice: before });
    this.#decide(item, { ...before, ...part });
  }

  /**
   * Take the last decision back; of another visit's, the one about `item`.
   * @param {Item | null} item
   * @returns {Promise<Item | null>} whose decision changed
   */
  async undo(item) {
    const last = this.before.pop();
    if (!last) return item?.id ? this.#undoThere(item, item.id) : null;
    const decided = this.album.byId.get(last.photo) ?? null;
    if (decided) this.#decide(decided, last.choice);
    return decided;
  }

  /** @param {Item} item @param {string} id */
  async #undoThere(item, id) {
    const { current = null } = await undo(this.album.id, id, NEVER);
    this.album.set(item, { decision: current });
    return item;
  }

  /** @param {Item} item @param {Choice} choice */
  #decide(item, choice) {
    this.album.set(item, { decision: choice, deciding: item.deciding + 1 });
    this.unsaved.push({ photo: /** @type {string} */ (item.id), choice });
    this.#note(null);
    void this.#save();
  }

  /** One after the other, in their order; a decision sent twice is the same decision. */
  async #save() {
    if (this.saving) return;
    this.saving = true;
    for (let lost = 0, job = this.unsaved[0]; job; job = this.unsaved[0]) {
      try {
        await decide(this.album.id, job.photo, job.choice, NEVER);
        this.#saved(job);
        lost = 0;
      } catch (error) {
        const problem = asProblem(error);
        if (problem.permanent) this.#saved(job);
        this.#note(problem);
        if (!problem.permanent) await pause(Math.min(1000 * 2 ** lost++, BUSY_PAUSE_MAX_MS), NEVER);
      }
    }
    this.saving = false;
  }

  /** @param {Job} job */
  #saved(job) {
    this.unsaved.shift();
    const item = this.album.byId.get(job.photo);
    if (item) item.deciding -= 1;
    this.album.revision += 1; // another decision, another proposal
    this.album.changed();
    this.#note(null);
  }

  /** @param {import("../server/problems.js").ProblemError | null} problem */
  #note(problem) {
    localStorage.setItem(this.#place(), JSON.stringify(this.unsaved));
    this.onState(this.unsaved.length, problem);
  }

  #place() {
    return `photo-critic-unsaved-${this.album.id}`;
  }
}

/** @param {Item} item @returns {Choice} */
const choiceOf = ({ decision }) => (decision ? { flag: decision.flag ?? null, stars: decision.stars ?? null } : NOTHING);
