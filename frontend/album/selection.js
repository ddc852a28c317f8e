// The server's selection: a proposal for each photo when N photos are to be kept, updated with N and the album.

import { asProblem } from "../server/errors.js";
import { fetchSelection } from "../server/albums.js";

/** @typedef {import("../contracts.js").Proposal} Proposal */

const DEBOUNCE_MS = 200; // while the slider moves
const WHILE_SCORING_MS = 3000; // between two requests while scores arrive
const DEFAULT_SHARE = 0.2;

export class Selection {
  /**
   * @param {import("./album.js").Album} album
   * @param {(problem: import("../server/errors.js").ProblemError | null) => void} onState
   */
  constructor(album, onState) {
    this.album = album;
    this.onState = onState;
    /** @type {Map<string, Proposal>} */
    this.proposals = new Map();
    /** Photos to keep; 0 before the first score. */
    this.keep = 0;
    this.keepChosen = false;
    this.timer = 0;
    this.controller = new AbortController();
    this.lastVersion = "";
    this.lastRequest = 0;
  }

  /** Restore the number of an earlier visit. */
  resume() {
    const stored = Number(localStorage.getItem(this.#storageKey()));
    if (stored > 0) this.setKeep(stored);
  }

  /** @param {number} keep */
  setKeep(keep) {
    this.keep = keep;
    this.keepChosen = true;
    localStorage.setItem(this.#storageKey(), String(keep));
    this.#schedule(DEBOUNCE_MS);
  }

  /** To be called after each change of the album. */
  refresh() {
    const { scored, waiting, uploading } = this.album.counts();
    if (!this.album.id || scored === 0) return;
    if (!this.keepChosen) this.keep = Math.max(1, Math.round(scored * DEFAULT_SHARE));
    if (this.timer || this.lastVersion === this.#version()) return;
    const pause = waiting + uploading > 0 ? this.lastRequest + WHILE_SCORING_MS - Date.now() : 0;
    this.#schedule(Math.max(DEBOUNCE_MS, pause));
  }

  /** @param {number} milliseconds */
  #schedule(milliseconds) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.#fetch(), milliseconds);
  }

  async #fetch() {
    this.timer = 0;
    this.controller.abort();
    this.controller = new AbortController();
    const { signal } = this.controller;
    this.lastVersion = this.#version();
    this.lastRequest = Date.now();
    try {
      const proposals = await fetchSelection(this.album.id, this.keep, signal);
      this.proposals = new Map(proposals.map((proposal) => [proposal.id, proposal]));
      this.onState(null);
      this.album.notify();
    } catch (error) {
      if (signal.aborted) return;
      const problem = asProblem(error);
      this.onState(problem);
      if (!problem.permanent) this.#schedule(WHILE_SCORING_MS);
    }
  }

  #version() {
    return `${this.album.id} ${this.keep} ${this.album.revision}`;
  }

  #storageKey() {
    return `photo-critic-keep-${this.album.id}`;
  }
}
