// The map over the viewer's photo: where the score comes from. Off until the visitor asks for it.

import { announce } from "../dom/announce.js";
import { make } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { fetchScoreMap } from "../server/photos.js";
import { sentences } from "../text/messages.js";

/** @typedef {import("../album/album.js").Item} Item */

export class ScoreMap {
  /** @param {HTMLElement} frame of the photo @param {import("./zoom.js").Zoom} zoom */
  constructor(frame, zoom) {
    this.zoom = zoom;
    this.image = make("img", "score-map");
    this.image.alt = "";
    this.legend = make("p", "score-map-legend fine");
    this.legend.hidden = true;
    this.on = false;
    this.controller = new AbortController();
    /** @type {Item | null} */
    this.item = null;
    zoom.images.push(this.image);
    this.image.addEventListener("load", () => zoom.to(zoom.scale));
    frame.append(this.image, this.legend);
  }

  toggle() {
    this.on = !this.on;
    this.show(this.item);
    if (!this.on) announce(sentences.mapHidden);
  }

  /** The map of this photo, while it is on. @param {Item | null} item */
  show(item) {
    this.item = item;
    this.controller.abort();
    this.controller = new AbortController();
    this.#clear();
    this.legend.hidden = !this.on;
    if (this.on && item?.id && item.stage === "scored") void this.#load(item.id, this.controller.signal);
  }

  /** @param {string} id @param {AbortSignal} signal */
  async #load(id, signal) {
    this.legend.textContent = sentences.mapPending;
    try {
      const map = await fetchScoreMap(id, signal);
      if (signal.aborted) return;
      this.image.src = URL.createObjectURL(map);
      this.#describe(sentences.mapLegend);
    } catch (error) {
      if (!signal.aborted) this.#describe(asProblem(error).message);
    }
  }

  /** @param {string} sentence */
  #describe(sentence) {
    this.legend.textContent = sentence;
    announce(sentence);
  }

  #clear() {
    if (this.image.src) URL.revokeObjectURL(this.image.src);
    this.image.removeAttribute("src");
    this.legend.textContent = "";
  }
}
