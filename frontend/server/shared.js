// Requests of a viewer about a shared album: by the token of the share link, never by an API key.

import { request, requestBlob } from "./request.js";

const STORAGE_KEY = "photo-critic-share-pass";
const PAGE_SIZE = 100;

export class SharedClient {
  /** @param {string} token */
  constructor(token) {
    this.path = `v1/shared/${encodeURIComponent(token)}`;
  }

  /** @param {AbortSignal} signal @returns {Promise<SharedAlbum>} */
  fetchAlbum(signal) {
    return request(this.path, signal, passHeader());
  }

  /**
   * Unlock the album for this tab. Throws a ProblemError for a wrong PIN.
   * @param {string} pin
   * @param {AbortSignal} signal
   */
  async unlock(pin, signal) {
    /** @type {SharePass} */
    const { share_pass: pass } = await request(`${this.path}/pin`, signal, { method: "POST", body: { pin } });
    sessionStorage.setItem(STORAGE_KEY, pass);
  }

  /**
   * @param {string | undefined} cursor
   * @param {AbortSignal} signal
   * @returns {Promise<{photos: SharedPhoto[], next_cursor?: string}>}
   */
  fetchPhotos(cursor, signal) {
    const query = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    return request(`${this.path}/photos?limit=${PAGE_SIZE}${query}`, signal, passHeader());
  }

  /** @param {string} id @param {AbortSignal} signal */
  fetchPreview(id, signal) {
    return requestBlob(`${this.#photo(id)}/preview`, signal, passHeader());
  }

  /** @param {string} id @param {AbortSignal} signal */
  fetchOriginal(id, signal) {
    return requestBlob(`${this.#photo(id)}/original`, signal, { ...passHeader(), extraMs: 600_000 });
  }

  /** @param {string} id @param {boolean} favourite @param {AbortSignal} signal */
  setFavourite(id, favourite, signal) {
    return request(`${this.#photo(id)}/favourite`, signal, { ...passHeader(), method: favourite ? "PUT" : "DELETE" });
  }

  /** @param {string} id */
  #photo(id) {
    return `${this.path}/photos/${encodeURIComponent(id)}`;
  }
}

/** @returns {{headers: Record<string, string>}} */
function passHeader() {
  const pass = sessionStorage.getItem(STORAGE_KEY);
  return { headers: pass ? { "X-Share-Pass": pass } : {} };
}
