// The server's selection: a proposal for each photo.

import { asProblem } from "../server/errors.js";
import { changeAlbum, fetchSelection } from "../server/albums.js";

const DEBOUNCE_MS = 200; // while the slider moves
const WHILE_SCORING_MS = 3000; // between two requests while scores arrive

export class Selection {
  /** @param {AlbumState} album
   * @param {(problem: ProblemError | null) => void} onState */
  constructor(album, onState) {
    this.album = album;
    this.onState = onState;
    /** @type {Map<string, Proposal>} */
    this.proposals = new Map();
    /** The head of the latest selection. @type {Omit<SelectionPage, "photos"> | null} */
    this.head = null;
    /** A number that the server does not have yet. @type {number | null} */
    this.unsaved = null;
    this.timer = 0;
    this.controller = new AbortController();
    this.lastVersion = "";
    this.lastRequest = 0;
  }

  /** Pictures to keep; 0 before the first selection. */
  get keep() {
    const { keep } = this.album;
    return this.unsaved ?? (keep && keep >= 1 ? Math.floor(keep) : (this.head?.requested ?? 0));
  }

  /** Pictures in the latest selection. */
  get pictures() {
    return this.head?.pictures ?? 0;
  }

  /** Whether the proposals are those of the number to keep. */
  get current() {
    return this.head !== null && this.head.requested === Math.min(this.keep, this.head.pictures);
  }

  /** @param {number} keep */
  setKeep(keep) {
    this.unsaved = keep;
    this.#schedule(DEBOUNCE_MS);
  }

  /** To be called after each change of the album. */
  refresh() {
    const { scored, waiting, uploading } = this.album.counts();
    if (!this.album.id || scored === 0) return;
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
      await this.#saveKeep(signal);
      const { photos, ...head } = await fetchSelection(this.album.id, signal);
      this.head = head;
      this.proposals = new Map(photos.map((proposal) => [proposal.id, proposal]));
      this.onState(null);
      this.album.notify();
    } catch (error) {
      if (signal.aborted) return;
      const problem = asProblem(error);
      this.onState(problem);
      if (!problem.permanent) this.#schedule(WHILE_SCORING_MS);
    }
  }

  /** @param {AbortSignal} signal */
  async #saveKeep(signal) {
    const keep = this.unsaved;
    if (keep === null) return;
    await changeAlbum(this.album.id, { keep }, signal);
    this.album.keep = keep;
    if (this.unsaved === keep) this.unsaved = null;
    this.lastVersion = this.#version();
  }

  #version() {
    return `${this.album.id} ${this.unsaved ?? this.album.keep} ${this.album.revision}`;
  }
}
