// Previews of the photos near the visible part of the gallery; all others hold no memory.

import { Semaphore } from "../async/semaphore.js";

const CONCURRENT_REQUESTS = 4;
const MARGIN = "1000px";

export class Previews {
  /** @param {(id: string, signal: AbortSignal) => Promise<Blob>} fetchPreview */
  constructor(fetchPreview) {
    this.fetchPreview = fetchPreview;
    this.semaphore = new Semaphore(CONCURRENT_REQUESTS);
    /** @type {WeakMap<Element, AbortController>} */
    this.requests = new WeakMap();
    this.observer = new IntersectionObserver((entries) => this.#onScroll(entries), { rootMargin: MARGIN });
  }

  /** Load the preview while the image is near. @param {HTMLImageElement} image with `data-id` */
  observe(image) {
    this.observer.observe(image);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #onScroll(entries) {
    for (const { target, isIntersecting } of entries) {
      const image = /** @type {HTMLImageElement} */ (target);
      if (isIntersecting) void this.#load(image);
      else this.#unload(image);
    }
  }

  /** @param {HTMLImageElement} image */
  async #load(image) {
    const controller = new AbortController();
    const { signal } = controller;
    this.requests.set(image, controller);
    try {
      const blob = await this.semaphore.run(() => this.fetchPreview(image.dataset.id ?? "", signal), signal);
      if (!signal.aborted) image.src = URL.createObjectURL(blob);
    } catch {
      // without a preview, the frame stays empty until the photo is near again
    }
  }

  /** @param {HTMLImageElement} image */
  #unload(image) {
    this.requests.get(image)?.abort();
    if (image.src) URL.revokeObjectURL(image.src);
    image.removeAttribute("src");
  }
}
