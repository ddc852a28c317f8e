// Small pictures for the grid: the thumbnail made here, else the server's preview. Only the last few hundred are kept.

import { Lane } from "../sending/lane.js";
import { fetchPreview } from "../server/photos.js";

/** @typedef {import("../album/album.js").Item} Item */

const KEPT = 400;

export class Pictures {
  /** @param {() => void} onCame a picture that was asked for is there now */
  constructor(onCame) {
    this.onCame = onCame;
    /** Oldest use first. @type {Map<string, string>} */
    this.addresses = new Map();
    /** @type {Map<string, AbortController>} */
    this.coming = new Map();
    /** @type {Set<string>} */
    this.missing = new Set();
    this.lane = new Lane(2);
  }

  /** Its address, null while it is fetched or when there is none. @param {Item} item */
  addressOf(item) {
    const known = this.addresses.get(item.key);
    if (known) this.addresses.delete(item.key);
    const address = known ?? (item.thumb ? URL.createObjectURL(item.thumb) : null);
    if (address) return this.#keep(item.key, address);
    if (item.stage === "scored" && !this.missing.has(item.key)) void this.#fetch(item);
    return null;
  }

  /** Nobody looks at it any more: what is not fetched yet need not be. @param {Item} item */
  unneeded(item) {
    this.coming.get(item.key)?.abort();
    this.coming.delete(item.key);
  }

  /** @param {string} key @param {string} address */
  #keep(key, address) {
    this.addresses.set(key, address);
    const [oldest] = this.addresses;
    if (this.addresses.size > KEPT && oldest) {
      URL.revokeObjectURL(oldest[1]);
      this.addresses.delete(oldest[0]);
    }
    return address;
  }

  /** @param {Item} item */
  async #fetch(item) {
    if (this.coming.has(item.key)) return;
    const leaving = new AbortController();
    this.coming.set(item.key, leaving);
    try {
      const blob = await this.lane.run(() => fetchPreview(item.id ?? "", leaving.signal), leaving.signal);
      this.coming.delete(item.key);
      this.#keep(item.key, URL.createObjectURL(blob));
      this.onCame();
    } catch {
      if (leaving.signal.aborted) return;
      this.coming.delete(item.key);
      this.missing.add(item.key);
    }
  }
}
