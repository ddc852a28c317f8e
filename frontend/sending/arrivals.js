// Files that somebody chose become photos of the album; and what a reload interrupted goes on.

import { albumInAddress } from "../album/address.js";
import { notice } from "../page/announce.js";
import { byId } from "../page/find.js";
import { sentences } from "../page/words.js";
import { asProblem } from "../server/problems.js";
import * as outbox from "./outbox.js";

/** @typedef {import("../album/album.js").Item} Item */

export class Arrivals {
  /**
   * @param {import("../album/album.js").Album} album
   * @param {import("./sender.js").Sender} sender
   * @param {import("../album/session.js").Session} session
   */
  constructor(album, sender, session) {
    this.album = album;
    this.sender = sender;
    this.session = session;
    /** Photos an earlier visit could not keep, by identity: they are to be chosen again. @type {Map<string, outbox.Kept>} */
    this.wanted = new Map();
  }

  /** @param {File[]} files @param {number} leftOut files of a folder that are no photos */
  async take(files, leftOut) {
    const original = byId("originals", HTMLInputElement).checked;
    const fresh = files.filter((file) => !this.album.has(file));
    const items = fresh.map((file) => this.album.choose(file, original, this.#keyOf(file)));
    const told = [];
    if (leftOut > 0) told.push(sentences.leftOut(leftOut));
    if (fresh.length < files.length) told.push(sentences.hereAlready(files.length - fresh.length));
    notice("taken", told.join(" "));
    this.#tellWanted();
    await this.#send(items, folderOf(files));
  }

  /** @param {Item} item */
  again(item) {
    this.album.set(item, { stage: "pending", problem: null });
    return this.#ready([item], "").then((ready) => (ready ? this.sender.again(item) : undefined));
  }

  /** @param {Item} item */
  forget(item) {
    void outbox.drop(item.key);
    this.album.remove(item);
  }

  /** After a reload: show the album that the address names, and send what had not been sent. @param {() => void} opened */
  async resume(opened) {
    const id = albumInAddress();
    if (!id) return;
    try {
      await this.session.open(id);
      opened();
      await this.#goOn(await outbox.unsent(id));
    } catch (error) {
      const problem = asProblem(error);
      const again = { word: "Try again", act: () => void this.resume(opened) };
      if (problem.code === "album_not_found") this.session.listener.onGone();
      else notice("album", problem.message, again);
    }
  }

  /** @param {outbox.Kept[]} kept */
  async #goOn(kept) {
    for (const one of kept) if (!one.blob) this.wanted.set(one.identity, one);
    this.#tellWanted();
    const items = kept.filter(({ blob }) => blob).map((one) => this.#restored(one, /** @type {Blob} */ (one.blob)));
    await this.#send(items, "");
  }

  /** @param {outbox.Kept} kept @param {Blob} blob */
  #restored({ name, key, identity, original, packed }, blob) {
    const file = new File([blob], name, { type: blob.type });
    return Object.assign(this.album.choose(file, original || packed, key), { identity });
  }

  /** @param {Item[]} items @param {string} name of the album, when one is to be made */
  async #send(items, name) {
    if (items.length > 0 && (await this.#ready(items, name))) await Promise.all(items.map((item) => this.sender.send(item)));
  }

  /** @param {Item[]} items @param {string} name */
  async #ready(items, name) {
    try {
      await this.session.ready(name);
      return true;
    } catch (error) {
      for (const item of items) this.album.set(item, { stage: "failed", problem: asProblem(error) });
      return false;
    }
  }

  /** A photo that is wanted keeps its key, so that it is one photo however often it is chosen. @param {File} file */
  #keyOf(file) {
    const identity = outbox.identityOf(file);
    const key = this.wanted.get(identity)?.key;
    this.wanted.delete(identity);
    return key;
  }

  #tellWanted() {
    notice("wanted", this.wanted.size > 0 ? sentences.unread(this.wanted.size) : "");
  }
}

/** The folder that was chosen, as a name for the album. @param {File[]} files */
const folderOf = (files) => files[0]?.webkitRelativePath.split("/")[0] ?? "";
