// Import of chosen files, and resumption of uploads that a reload interrupted.

import { fileIdentity, setRelativePath } from "../album/file-identity.js";
import { albumInUrl } from "../album/url.js";
import { showNotice } from "../dom/announce.js";
import { byId } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { sentences } from "../text/messages.js";
import * as uploadQueue from "./upload-queue.js";

export class PhotoImport {
  /** @param {AlbumState} album @param {Uploader} uploader
   * @param {Session} session */
  constructor(album, uploader, session) {
    this.album = album;
    this.uploader = uploader;
    this.session = session;
    /** Photos of an earlier visit without their bytes, by file identity. @type {Map<string, QueueEntry>} */
    this.missing = new Map();
  }

  /** @param {File[]} files @param {number} skipped number of files that are no photos */
  async add(files, skipped) {
    const original = byId("originals", HTMLInputElement).checked;
    const newFiles = files.filter((file) => !this.album.has(file));
    const items = newFiles.map((file) => this.album.add(file, original, this.#takeKey(file)));
    const duplicates = files.length - newFiles.length;
    const notices = [skipped ? sentences.skipped(skipped) : "", duplicates ? sentences.duplicates(duplicates) : ""];
    showNotice("import", notices.filter(Boolean).join(" "));
    this.#showMissing();
    await this.#upload(items, folderName(files));
  }

  /** @param {Item} item */
  async retry(item) {
    this.album.set(item, { stage: "pending", problem: null });
    if (await this.#ensureAlbum([item], "")) await this.uploader.retry(item);
  }

  /** @param {Item} item */
  remove(item) {
    void uploadQueue.remove(item.key);
    this.album.remove(item);
  }

  /** After a reload: load the album of the URL, and upload the photos of the queue. @param {() => void} onOpened */
  async resume(onOpened) {
    const id = albumInUrl();
    if (!id) return;
    try {
      await this.session.open(id);
      onOpened();
      await this.#resumeUploads(await uploadQueue.entriesOf(id));
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === "album_not_found") this.session.listener.onDeleted();
      else showNotice("album", problem.message, { label: sentences.tryAgain, run: () => void this.resume(onOpened) });
    }
  }

  /** @param {QueueEntry[]} entries */
  async #resumeUploads(entries) {
    for (const entry of entries) if (!entry.blob) this.missing.set(entry.identity, entry);
    this.#showMissing();
    const complete = entries.filter(({ blob }) => blob);
    const items = complete.map((entry) => this.#restore(entry, /** @type {Blob} */ (entry.blob)));
    await this.#upload(items, "");
  }

  /** @param {QueueEntry} entry @param {Blob} blob */
  #restore({ name, key, identity, original, prepared }, blob) {
    const file = setRelativePath(new File([blob], name, { type: blob.type }), name);
    return Object.assign(this.album.add(file, original || prepared, key), { identity });
  }

  /** @param {Item[]} items @param {string} name of a new album */
  async #upload(items, name) {
    if (items.length === 0 || !(await this.#ensureAlbum(items, name))) return;
    await Promise.all(items.map((item) => this.uploader.upload(item)));
  }

  /** @param {Item[]} items @param {string} name */
  async #ensureAlbum(items, name) {
    try {
      await this.session.ensureAlbum(name);
      return true;
    } catch (error) {
      for (const item of items) this.album.set(item, { stage: "failed", problem: asProblem(error) });
      return false;
    }
  }

  /** A missing photo is uploaded with its first idempotency key: it stays one photo. @param {File} file */
  #takeKey(file) {
    const identity = fileIdentity(file);
    const key = this.missing.get(identity)?.key;
    this.missing.delete(identity);
    return key;
  }

  #showMissing() {
    showNotice("missing", this.missing.size > 0 ? sentences.notUploaded(this.missing.size) : "");
  }
}

/** The name of the chosen folder. @param {File[]} files */
const folderName = (files) => files[0]?.webkitRelativePath.split("/")[0] ?? "";
