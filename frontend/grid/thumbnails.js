// Object URLs of thumbnails: made by this page, otherwise the server's previews.

import { Semaphore } from "../async/semaphore.js";
import { fetchPreview } from "../server/photos.js";

const CACHE_SIZE = 400;
const CONCURRENT_REQUESTS = 2;

export class Thumbnails {
  /** @param {() => void} onLoaded a requested thumbnail is in the cache */
  constructor(onLoaded) {
    this.onLoaded = onLoaded;
    /** Least recently used first. @type {Map<string, string>} */
    this.urls = new Map();
    /** @type {Map<string, AbortController>} */
    this.requests = new Map();
    /** @type {Set<string>} */
    this.unavailable = new Set();
    this.semaphore = new Semaphore(CONCURRENT_REQUESTS);
  }

  /** The thumbnail's URL; null while it is loading, or without one. @param {Item} item */
  urlOf(item) {
    const cached = this.urls.get(item.key);
    if (cached) this.urls.delete(item.key);
    const url = cached ?? (item.thumbnail ? URL.createObjectURL(item.thumbnail) : null);
    if (url) return this.#cache(item.key, url);
    if (item.stage === "scored" && !this.unavailable.has(item.key)) void this.#fetch(item);
    return null;
  }

  /** Cancel the request for a photo that is no longer visible. @param {Item} item */
  cancel(item) {
    this.requests.get(item.key)?.abort();
    this.requests.delete(item.key);
  }

  /** @param {string} key @param {string} url */
  #cache(key, url) {
    this.urls.set(key, url);
    const [oldest] = this.urls;
    if (this.urls.size > CACHE_SIZE && oldest) {
      URL.revokeObjectURL(oldest[1]);
      this.urls.delete(oldest[0]);
    }
    return url;
  }

  /** @param {Item} item */
  async #fetch(item) {
    if (this.requests.has(item.key)) return;
    const controller = new AbortController();
    const { signal } = controller;
    this.requests.set(item.key, controller);
    try {
      const blob = await this.semaphore.run(() => fetchPreview(item.id ?? "", signal), signal);
      this.requests.delete(item.key);
      this.#cache(item.key, URL.createObjectURL(blob));
      this.onLoaded();
    } catch {
      if (signal.aborted) return;
      this.requests.delete(item.key);
      this.unavailable.add(item.key);
    }
  }
}
