// What the server proposes to keep when N are to be kept, asked for anew when N or the album changes.

import { fetchSelection } from "../server/albums.js";
import { asProblem } from "../server/problems.js";

/** @typedef {import("../contracts.js").Proposal} Proposed */

const SETTLE_MS = 200; // while the slider is moving
const WHILE_SCORING_MS = 3000; // between two proposals while scores are still coming
const DEFAULT_SHARE = 0.2;

export class Proposal {
  /**
   * @param {import("./album.js").Album} album
   * @param {(problem: import("../server/problems.js").ProblemError | null) => void} onState
   */
  constructor(album, onState) {
    this.album = album;
    this.onState = onState;
    /** @type {Map<string, Proposed>} */
    this.photos = new Map();
    /** Pictures to keep; 0 until somebody chose or photos are there. */
    this.keep = 0;
    this.chosen = false;
    this.asked = "";
    this.timer = 0;
    this.asking = new AbortController();
    this.lastAsked = 0;
  }

  /** Go on with the number chosen in an earlier visit. */
  resume() {
    const kept = Number(localStorage.getItem(this.#place()));
    if (kept > 0) this.choose(kept);
  }

  /** @param {number} keep */
  choose(keep) {
    this.keep = keep;
    this.chosen = true;
    localStorage.setItem(this.#place(), String(keep));
    this.#askIn(SETTLE_MS);
  }

  /** To be called whenever the album changed. */
  refresh() {
    const { scored, waiting, sending } = this.album.counts();
    if (!this.album.id || scored === 0) return;
    if (!this.chosen) this.keep = Math.max(1, Math.round(scored * DEFAULT_SHARE));
    if (this.asked === this.#question()) return;
    const busy = waiting + sending > 0;
    if (!this.timer) this.#askIn(busy ? Math.max(SETTLE_MS, this.lastAsked + WHILE_SCORING_MS - Date.now()) : SETTLE_MS);
  }

  /** @param {number} milliseconds */
  #askIn(milliseconds) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.#ask(), milliseconds);
  }

  async #ask() {
    this.timer = 0;
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const question = this.#question();
    this.asked = question;
    this.lastAsked = Date.now();
    try {
      const proposals = await fetchSelection(this.album.id, this.keep, signal);
      this.photos = new Map(proposals.map((one) => [one.id, one]));
      this.onState(null);
      this.album.changed();
    } catch (error) {
      if (signal.aborted) return;
      const problem = asProblem(error);
      this.onState(problem);
      if (!problem.permanent) this.#askIn(WHILE_SCORING_MS);
    }
  }

  #question() {
    return `${this.album.id} ${this.keep} ${this.album.revision}`;
  }

  #place() {
    return `photo-critic-keep-${this.album.id}`;
  }
}
