// All photos with their state. Listeners are notified once a frame.

import { fromDocument } from "../server/errors.js";
import { fileIdentity, relativePath } from "./file-identity.js";

/** @type {Record<PhotoState, Stage>} */
const STAGES = { queued: "waiting", running: "waiting", done: "scored", failed: "failed" };

export class Album {
  constructor() {
    this.id = "";
    this.name = "";
    this.expiresAt = "";
    /** Pictures to keep, as chosen. @type {number | null} */
    this.keep = null;
    /** @type {Map<string, Item>} */
    this.items = new Map();
    /** @type {Map<string, Item>} */
    this.byId = new Map();
    /** Photos whose event came before the receipt of their upload. @type {Map<string, AlbumPhoto>} */
    this.unmatched = new Map();
    /** Grows with every change that affects an order, a group or a proposal. */
    this.revision = 0;
    this.lastFinished = 0;
    this.nextOrder = 0;
    this.notifying = false;
    /** @type {(() => void)[]} */
    this.listeners = [];
  }

  /** @param {() => void} listener */
  subscribe(listener) {
    this.listeners.push(listener);
  }

  /** Notify the listeners before the next frame, once for all calls until then. */
  notify() {
    if (this.notifying) return;
    this.notifying = true;
    const run = () => {
      this.notifying = false;
      for (const listener of this.listeners) listener();
    };
    if (document.hidden) setTimeout(run);
    else requestAnimationFrame(run);
  }

  /** @param {File} file @param {boolean} original @param {string} [key] of an interrupted upload */
  add(file, original, key = newKey()) {
    const item = this.#add({ key, name: relativePath(file), identity: fileIdentity(file), original });
    return Object.assign(item, { file });
  }

  /** True for a file that is uploaded or on its way. @param {File} file */
  has(file) {
    const identity = fileIdentity(file);
    return [...this.items.values()].some((item) => item.identity === identity && item.stage !== "failed");
  }

  /** @param {Item} item @param {Partial<Item>} changes */
  set(item, changes) {
    Object.assign(item, changes);
    this.notify();
  }

  /** @param {Item} item @param {Photo} photo of the receipt */
  onUploaded(item, photo) {
    const duplicate = this.byId.get(photo.id);
    if (duplicate && duplicate !== item) {
      // The album has the same bytes already, or the photo's event came before this receipt: merge into one item.
      const { file, identity, order } = item;
      Object.assign(duplicate, { file, identity, order, thumbnail: duplicate.thumbnail ?? item.thumbnail });
      this.remove(item);
      return;
    }
    item.id = photo.id;
    this.byId.set(photo.id, item);
    this.set(item, { stage: "waiting" });
    this.matchEvents();
  }

  /** Apply early events whose photo is known by now, or that belong to another visitor. */
  matchEvents() {
    for (const [id, photo] of this.unmatched) {
      if (!this.byId.has(id) && this.#isUploading(photo)) continue;
      this.unmatched.delete(id);
      this.update(photo);
    }
  }

  /** Apply the server's state of a photo, by whichever visitor. @param {AlbumPhoto} photo */
  update(photo) {
    if (!this.byId.has(photo.id) && this.#isUploading(photo)) {
      this.unmatched.set(photo.id, photo);
      return;
    }
    const item = this.byId.get(photo.id) ?? this.#fromServer(photo);
    const { summary = null, decision = null, favourites = 0, problem, media_type: mediaType } = photo;
    const stage = STAGES[photo.state];
    if (stage !== item.stage && stage !== "waiting") this.#onFinished();
    Object.assign(item, { summary, stage, mediaType, favourites, problem: problem ? fromDocument(problem) : null });
    if (!item.unsavedDecisions) item.decision = decision;
    this.notify();
  }

  /** @param {Item} item */
  remove(item) {
    item.controller.abort();
    this.items.delete(item.key);
    if (item.id && this.byId.get(item.id) === item) this.byId.delete(item.id);
    this.revision += 1;
    this.matchEvents();
    this.notify();
  }

  counts() {
    const all = [...this.items.values()];
    const scored = all.filter((item) => item.stage === "scored").length;
    const failed = all.filter((item) => item.stage === "failed").length;
    const waiting = all.filter((item) => item.stage === "waiting").length;
    return { all: all.length, scored, failed, waiting, uploading: all.length - scored - failed - waiting };
  }

  /** @param {AlbumPhoto} photo */
  #fromServer(photo) {
    const item = this.#add({ key: photo.id, name: photo.path ?? photo.file_name ?? "", identity: "", original: false });
    item.id = photo.id;
    this.byId.set(photo.id, item);
    return item;
  }

  /** A photo of that name is being uploaded: its receipt will tell whether it is this one. @param {AlbumPhoto} photo */
  #isUploading({ path, file_name: fileName }) {
    const name = path ?? fileName;
    return [...this.items.values()].some((item) => !item.id && item.name === name && item.stage !== "failed");
  }

  #onFinished() {
    this.lastFinished = Date.now();
    this.revision += 1;
  }

  /** @param {Pick<Item, "key" | "name" | "identity" | "original">} source */
  #add(source) {
    /** @type {Item} */
    const item = {
      ...source,
      id: null,
      attempt: 0,
      mediaType: "",
      favourites: 0,
      unsavedDecisions: 0,
      order: this.nextOrder++,
      stage: "pending",
      progress: 0,
      file: null,
      prepared: null,
      thumbnail: null,
      summary: null,
      decision: null,
      problem: null,
      controller: new AbortController(),
    };
    this.items.set(item.key, item);
    this.notify();
    return item;
  }
}

/** Not `crypto.randomUUID`: browsers offer it on https and localhost only. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");
