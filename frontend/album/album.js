// All photos of the page and what is known of each. Whoever shows them is told, once a frame, that something changed.

import { identityOf } from "../sending/outbox.js";
import { fromDocument } from "../server/problems.js";

/** @typedef {import("../contracts.js").AlbumPhoto} AlbumPhoto */
/** @typedef {import("../page/words.js").Stage} Stage */

/**
 * @typedef {object} Item one photo, from the moment it was chosen
 * @property {string} key never changes, and names it on this page
 * @property {number} attempt grows when a photo that failed on the server is sent anew
 * @property {string | null} id the server's, once it has the photo
 * @property {string} name
 * @property {string} identity
 * @property {number} order when it was chosen
 * @property {boolean} original send the file as it is
 * @property {Stage} stage
 * @property {number} share of its bytes sent, 0 to 1
 * @property {File | null} file as long as this page knows it
 * @property {string} mediaType as the server found it
 * @property {import("../sending/pack.js").Parcel | null} parcel what is sent, once it is packed
 * @property {Blob | null} thumb
 * @property {import("../contracts.js").Summary | null} summary once it is scored
 * @property {import("../contracts.js").Choice | null} decision
 * @property {number} deciding decisions that are not saved yet
 * @property {import("../server/problems.js").ProblemError | null} problem
 * @property {AbortController} leaving
 */

/** @type {Record<import("../contracts.js").PhotoState, Stage>} */
const STAGES = { queued: "waiting", running: "waiting", done: "scored", failed: "failed" };

export class Album {
  constructor() {
    this.id = "";
    this.name = "";
    this.expiresAt = "";
    /** @type {Map<string, Item>} */
    this.items = new Map();
    /** @type {Map<string, Item>} */
    this.byId = new Map();
    /** Told by the server before the receipt of the upload said which photo it is. @type {Map<string, AlbumPhoto>} */
    this.early = new Map();
    /** Grows with everything that could change an order, a group or a proposal. */
    this.revision = 0;
    this.lastFinished = 0;
    this.chosen = 0;
    this.told = false;
    /** @type {(() => void)[]} */
    this.listeners = [];
  }

  /** @param {() => void} listener */
  watch(listener) {
    this.listeners.push(listener);
  }

  /** Tell the listeners before the next frame is drawn, however often this is called. */
  changed() {
    if (this.told) return;
    this.told = true;
    const tell = () => {
      this.told = false;
      for (const listener of this.listeners) listener();
    };
    if (document.hidden) setTimeout(tell);
    else requestAnimationFrame(tell);
  }

  /** @param {File} file @param {boolean} original @param {string} [key] of an upload that was interrupted */
  choose(file, original, key = newKey()) {
    const item = this.#add({ key, name: file.name, identity: identityOf(file), original });
    return Object.assign(item, { file });
  }

  /** True when that file is here already, or on its way. @param {File} file */
  has(file) {
    const identity = identityOf(file);
    return [...this.items.values()].some((item) => item.identity === identity && item.stage !== "failed");
  }

  /** @param {Item} item @param {Partial<Item>} news */
  set(item, news) {
    Object.assign(item, news);
    this.changed();
  }

  /** @param {Item} item @param {import("../contracts.js").Photo} photo as the receipt tells it */
  arrived(item, photo) {
    const twin = this.byId.get(photo.id);
    if (twin && twin !== item) {
      // The same bytes were here already, or its event came before this receipt: one photo, one item.
      const { file, identity, order } = item;
      Object.assign(twin, { file, identity, order, thumb: twin.thumb ?? item.thumb });
      this.remove(item);
      return;
    }
    item.id = photo.id;
    this.byId.set(photo.id, item);
    this.set(item, { stage: "waiting" });
    this.settle();
  }

  /** What was told early finds its photo, or is somebody else's. */
  settle() {
    for (const [id, photo] of this.early) {
      if (!this.byId.has(id) && this.#isOnItsWay(photo)) continue;
      this.early.delete(id);
      this.tell(photo);
    }
  }

  /** What the server says of a photo, whoever sent it. @param {AlbumPhoto} photo */
  tell(photo) {
    if (!this.byId.has(photo.id) && this.#isOnItsWay(photo)) {
      this.early.set(photo.id, photo);
      return;
    }
    const item = this.byId.get(photo.id) ?? this.#fromServer(photo);
    const { summary = null, decision = null, problem, media_type: mediaType } = photo;
    const stage = STAGES[photo.state];
    if (stage !== item.stage && stage !== "waiting") this.#finished();
    Object.assign(item, { summary, stage, mediaType, problem: problem ? fromDocument(problem) : null });
    if (!item.deciding) item.decision = decision;
    this.changed();
  }

  /** @param {Item} item */
  remove(item) {
    item.leaving.abort();
    this.items.delete(item.key);
    if (item.id && this.byId.get(item.id) === item) this.byId.delete(item.id);
    this.revision += 1;
    this.settle();
    this.changed();
  }

  counts() {
    const all = [...this.items.values()];
    const scored = all.filter((item) => item.stage === "scored").length;
    const failed = all.filter((item) => item.stage === "failed").length;
    const waiting = all.filter((item) => item.stage === "waiting").length;
    return { all: all.length, scored, failed, waiting, sending: all.length - scored - failed - waiting };
  }

  /** @param {AlbumPhoto} photo */
  #fromServer(photo) {
    const item = this.#add({ key: photo.id, name: photo.file_name ?? "", identity: "", original: false });
    item.id = photo.id;
    this.byId.set(photo.id, item);
    return item;
  }

  /** One of that name is being sent: its receipt will say whether it is this one. @param {AlbumPhoto} photo */
  #isOnItsWay({ file_name: name }) {
    return [...this.items.values()].some((item) => !item.id && item.name === name && item.stage !== "failed");
  }

  #finished() {
    this.lastFinished = Date.now();
    this.revision += 1;
  }

  /** @param {Pick<Item, "key" | "name" | "identity" | "original">} known */
  #add(known) {
    /** @type {Item} */
    const item = {
      ...known,
      id: null,
      attempt: 0,
      mediaType: "",
      deciding: 0,
      order: this.chosen++,
      stage: "pending",
      share: 0,
      file: null,
      parcel: null,
      thumb: null,
      summary: null,
      decision: null,
      problem: null,
      leaving: new AbortController(),
    };
    this.items.set(item.key, item);
    this.changed();
    return item;
  }
}

/** Not `crypto.randomUUID`: browsers have that on https and localhost only. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");
