// Decisions: shown at once, saved in order, stored in the browser until the server has them; undo.
//
// A decision is about one or many photos and has an id of this browser. Undo takes back the latest decision of this
// browser, whatever others decided since. Tabs share the store: each adds and removes its entries only.

import { sleep } from "../async/sleep.js";
import { decide, withdraw } from "../server/albums.js";
import { asProblem } from "../server/errors.js";
import { MAX_RETRY_PAUSE_MS } from "../server/timeouts.js";

const NEVER_ABORTED = new AbortController().signal;
const PHOTOS_PER_REQUEST = 1000;
const MAX_UNDO = 500;

export class Decisions {
  /** @param {AlbumState} album
   * @param {(unsaved: number, problem: ProblemError | null) => void} onState */
  constructor(album, onState) {
    this.album = album;
    this.onState = onState;
    /** @type {DecisionRequest[]} */
    this.unsaved = [];
    /** Decisions of this browser, newest last. @type {Undoable[]} */
    this.history = [];
    this.saving = false;
  }

  /** Restore the history, and save the unsaved decisions of an earlier visit. */
  resume() {
    this.history = this.#stored("history").map((entry) => ({ ...entry, former: [] }));
    // Earlier versions of the page stored entries without `photos`.
    this.unsaved = this.#stored("unsaved").filter(({ photos }) => photos);
    for (const { id, photos, changes } of this.unsaved) {
      for (const item of this.#items(photos)) {
        const decision = changes ? { ...item.decision, ...changes, id } : item.decision;
        this.album.set(item, { decision, unsavedDecisions: item.unsavedDecisions + 1 });
      }
    }
    void this.#save();
  }

  /** Decide about the photos that the server has; omitted fields of a choice stay. @param {JointChoice[]} choices */
  decide(choices) {
    const id = newId();
    const uploaded = choices.map(({ items: photos, changes }) => ({ photos: photos.filter((item) => item.id), changes }));
    const items = uploaded.flatMap(({ photos }) => photos);
    const [first] = items;
    if (!first?.id) return;
    this.history.push({ id, photo: first.id, former: items.map((item) => [item, item.decision]) });
    if (this.history.length > MAX_UNDO) this.history.shift();
    this.#store("history", (stored) => [...stored, { id, photo: first.id }].slice(-MAX_UNDO));
    for (const { photos, changes } of uploaded) {
      if (photos.length === 0) continue;
      for (const item of photos) item.decision = { ...item.decision, ...changes, id };
      this.#request(id, photos, changes);
    }
  }

  /** Undo the latest decision of this browser. Returns its first photo. @returns {Item | null} */
  undo() {
    const undone = this.history.pop();
    if (!undone) return null;
    const { id, photo, former } = undone;
    this.#store("history", (stored) => stored.filter((entry) => entry.id !== id));
    const unchanged = former.filter(([item]) => item.decision?.id === id);
    for (const [item, decision] of unchanged) item.decision = decision;
    this.#request(id, former.map(([item]) => item), null);
    return this.album.byId.get(photo) ?? null;
  }

  /** @param {string} id @param {Item[]} items @param {Partial<Choice> | null} changes */
  #request(id, items, changes) {
    const photos = items.flatMap((item) => item.id ?? []);
    for (const item of items) this.album.set(item, { unsavedDecisions: item.unsavedDecisions + 1 });
    const size = changes ? PHOTOS_PER_REQUEST : Infinity;
    /** @type {DecisionRequest[]} */
    const requests = [];
    for (let start = 0; start === 0 || start < photos.length; start += size) {
      requests.push({ id, photos: photos.slice(start, start + size), changes });
    }
    this.unsaved.push(...requests);
    this.#store("unsaved", (stored) => [...stored, ...requests]);
    this.onState(this.unsaved.length, null);
    void this.#save();
  }

  /** Save one request after the other. Idempotent: a repeated decision is the same decision. */
  async #save() {
    if (this.saving) return;
    this.saving = true;
    for (let failures = 0, request = this.unsaved[0]; request; request = this.unsaved[0]) {
      try {
        if (this.#isStored(request)) await this.#send(request);
        this.#dequeue(request);
        failures = 0;
      } catch (error) {
        const problem = asProblem(error);
        if (problem.permanent) this.#dequeue(request);
        this.onState(this.unsaved.length, problem);
        if (!problem.permanent) await sleep(Math.min(1000 * 2 ** failures++, MAX_RETRY_PAUSE_MS), NEVER_ABORTED);
      }
    }
    this.saving = false;
  }

  /** False once another tab, which resumed it, saved it: the visitor may have undone it there. @param {DecisionRequest} request */
  #isStored(request) {
    const json = JSON.stringify(request);
    return this.#stored("unsaved").some((entry) => JSON.stringify(entry) === json);
  }

  /** @param {DecisionRequest} request */
  #send({ id, photos, changes }) {
    if (!changes) return withdraw(this.album.id, id, NEVER_ABORTED);
    return decide(this.album.id, { id, photos, ...changes }, NEVER_ABORTED);
  }

  /** Remove a saved or rejected request from the queue. @param {DecisionRequest} request */
  #dequeue(request) {
    this.unsaved.shift();
    const saved = JSON.stringify(request);
    this.#store("unsaved", (stored) => stored.filter((entry) => JSON.stringify(entry) !== saved));
    for (const item of this.#items(request.photos)) item.unsavedDecisions -= 1;
    this.album.revision += 1; // decisions affect the proposals
    this.album.notify();
    this.onState(this.unsaved.length, null);
  }

  /** @param {string[]} photos ids */
  #items(photos) {
    return photos.flatMap((photo) => this.album.byId.get(photo) ?? []);
  }

  /** @param {"unsaved" | "history"} name @param {(stored: any[]) => unknown[]} change */
  #store(name, change) {
    localStorage.setItem(this.#key(name), JSON.stringify(change(this.#stored(name))));
  }

  /** @param {string} name @returns {any[]} */
  #stored(name) {
    return JSON.parse(localStorage.getItem(this.#key(name)) ?? "[]");
  }

  /** @param {string} name */
  #key(name) {
    return `photo-critic-${name}-${this.album.id}`;
  }
}

/** An id of this browser. */
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
