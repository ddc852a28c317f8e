// The album of this page on the server: made with the first photo, found again after a reload, followed, forgotten.

import { eventsPath, fetchAlbum, forgetAlbum, makeAlbum } from "../server/albums.js";
import { follow } from "../server/feed.js";
import { asProblem } from "../server/problems.js";
import { enterAlbum, leaveAlbum } from "./address.js";

/** @typedef {import("../server/problems.js").ProblemError} ProblemError */

export class Session {
  /**
   * @param {import("./album.js").Album} album
   * @param {{onLost: (problem: ProblemError) => void, onBack: () => void, onGone: () => void}} listener
   */
  constructor(album, listener) {
    this.album = album;
    this.listener = listener;
    this.leaving = new AbortController();
    /** @type {Promise<void> | null} */
    this.making = null;
    /** What happens while the whole album is looked at; it counts afterwards. @type {(() => void)[] | null} */
    this.heard = null;
  }

  /** There is an album after this; throws a ProblemError when none could be made. @param {string} name */
  async ready(name) {
    if (this.album.id) return;
    this.making ??= this.#make(name).finally(() => {
      this.making = null;
    });
    await this.making;
  }

  /** Show an album that exists, and follow it. @param {string} id */
  async open(id) {
    this.album.id = id;
    try {
      await this.#look();
    } catch (error) {
      this.album.id = "";
      throw error;
    }
    this.#enter(id);
    void this.#follow();
  }

  /** Have the server forget the album with all its photos, now. */
  async forget() {
    if (this.album.id) await forgetAlbum(this.album.id, new AbortController().signal);
    this.leave();
  }

  /** Forget on this page, and only here. */
  leave() {
    this.leaving.abort();
    leaveAlbum();
  }

  /** @param {string} name */
  async #make(name) {
    const { id, expires_at: expiresAt } = await makeAlbum(name, this.leaving.signal);
    Object.assign(this.album, { id, name, expiresAt });
    this.#enter(id);
    void this.#follow();
  }

  /** @param {string} id */
  #enter(id) {
    enterAlbum(id);
    this.album.changed();
  }

  /** Everything anew, also what was deleted meanwhile. */
  async #look() {
    const known = [...this.album.byId.values()];
    this.heard = [];
    try {
      const { album, photos } = await fetchAlbum(this.album.id, this.leaving.signal);
      Object.assign(this.album, { name: album.name ?? "", expiresAt: album.expires_at });
      const here = new Set(photos.map((photo) => photo.id));
      for (const item of known) if (!here.has(item.id ?? "")) this.album.remove(item);
      for (const photo of photos) this.album.tell(photo);
    } finally {
      const heard = /** @type {(() => void)[]} */ (this.heard ?? []);
      this.heard = null;
      for (const hear of heard) hear();
    }
  }

  async #follow() {
    const listener = {
      onEvent: (/** @type {import("../server/feed.js").Told} */ event) => this.#hear(event),
      onOpen: this.listener.onBack,
      onLost: this.listener.onLost,
    };
    try {
      await follow(eventsPath(this.album.id), listener, this.leaving.signal);
      this.listener.onGone();
    } catch (error) {
      if (this.leaving.signal.aborted) return;
      if (asProblem(error).code === "album_not_found") this.listener.onGone();
      else this.listener.onLost(asProblem(error));
    }
  }

  /** @param {import("../server/feed.js").Told} event */
  #hear(event) {
    const { kind, data } = event;
    if (this.heard) return void this.heard.push(() => this.#hear(event));
    if (kind === "album") {
      this.#look().catch((error) => this.leaving.signal.aborted || this.listener.onLost(asProblem(error)));
    }
    if (kind === "photo_deleted") {
      const item = this.album.byId.get(data.photo);
      if (item) this.album.remove(item);
    }
    if (data.now) this.album.tell(data.now);
  }
}
