// The album on the server: created with the first photo, loaded after a reload, followed by events, deleted.

import { createAlbum, deleteAlbum, eventsPath, fetchAlbum, fetchAlbumHead } from "../server/albums.js";
import { asProblem } from "../server/errors.js";
import { follow } from "../server/event-stream.js";
import { clearAlbum, storeAlbum } from "./url.js";

export class Session {
  /** @param {AlbumState} album
   * @param {{onLost: (problem: ProblemError) => void, onConnected: () => void, onDeleted: () => void}} listener */
  constructor(album, listener) {
    this.album = album;
    this.listener = listener;
    this.controller = new AbortController();
    /** @type {Promise<void> | null} */
    this.creation = null;
    /** Events during a reload of the album; applied afterwards. @type {ServerEvent[] | null} */
    this.buffer = null;
  }

  /** Create the album unless it exists. Throws a ProblemError. @param {string} name */
  async ensureAlbum(name) {
    if (this.album.id) return;
    this.creation ??= this.#create(name).finally(() => {
      this.creation = null;
    });
    await this.creation;
  }

  /** Load an existing album and follow it. @param {string} id */
  async open(id) {
    this.album.id = id;
    try {
      await this.#load();
    } catch (error) {
      this.album.id = "";
      throw error;
    }
    this.#start(id);
  }

  /** Delete the album on the server, and leave it. */
  async delete() {
    if (this.album.id) await deleteAlbum(this.album.id, new AbortController().signal);
    this.controller.abort();
    clearAlbum(this.album.id);
  }

  /** @param {string} name */
  async #create(name) {
    const { id, expires_at: expiresAt } = await createAlbum(name, this.controller.signal);
    Object.assign(this.album, { id, name, expiresAt });
    this.#start(id);
  }

  /** @param {string} id */
  #start(id) {
    storeAlbum(id, this.album.name);
    document.title = [this.album.name, "Photo Critic"].filter(Boolean).join(" – ");
    this.album.notify();
    void this.#follow();
  }

  /** Load the whole album, and remove photos that were deleted meanwhile. */
  async #load() {
    const known = [...this.album.byId.values()];
    this.buffer = [];
    try {
      const { album, photos } = await fetchAlbum(this.album.id, this.controller.signal);
      Object.assign(this.album, { name: album.name ?? "", expiresAt: album.expires_at, keep: album.keep ?? null });
      const ids = new Set(photos.map((photo) => photo.id));
      for (const item of known) if (!ids.has(item.id ?? "")) this.album.remove(item);
      for (const photo of photos) this.album.update(photo);
    } finally {
      const events = /** @type {ServerEvent[]} */ (this.buffer ?? []);
      this.buffer = null;
      for (const event of events) this.#apply(event);
    }
  }

  /** Another client, or this one, set the number to keep. */
  async #loadKeep() {
    const head = await fetchAlbumHead(this.album.id, this.controller.signal).catch(() => null);
    if (head) this.album.keep = head.album.keep ?? null;
    this.album.notify();
  }

  async #follow() {
    const { onLost, onConnected, onDeleted } = this.listener;
    const listener = { onEvent: (/** @type {ServerEvent} */ event) => this.#apply(event), onOpen: onConnected, onLost };
    try {
      await follow(eventsPath(this.album.id), listener, this.controller.signal);
      onDeleted();
    } catch (error) {
      if (this.controller.signal.aborted) return;
      const problem = asProblem(error);
      if (problem.code === "album_not_found") onDeleted();
      else onLost(problem);
    }
  }

  /** @param {ServerEvent} event */
  #apply(event) {
    const { kind, data } = event;
    if (this.buffer) return void this.buffer.push(event);
    if (kind === "album") {
      this.#load().catch((error) => this.controller.signal.aborted || this.listener.onLost(asProblem(error)));
    }
    if (kind === "album_changed") void this.#loadKeep();
    if (kind === "photo_deleted") {
      const item = this.album.byId.get(data.photo_id);
      if (item) this.album.remove(item);
    }
    if (data.photo) this.album.update(data.photo);
  }
}
