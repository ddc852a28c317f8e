// Layers over the photo, one at a time: map of the score, lost tones, focus, suggestions.

import { announce } from "../dom/announce.js";
import { byId, make } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { fetchScoreMap, fetchSuggestions } from "../server/photos.js";
import { sentences } from "../text/messages.js";
import { photoOf } from "./photo-cache.js";
import { clippingOf, detailOf, measuredTiles, pictureOf } from "./pixels.js";
import { suggestionRows } from "./suggestions.js";

const CLIPPING_SIDE = 1600; // pixels
const MEASURED_SIDE = 1024; // a larger image shows more than the server measured

export class Layers {
  /** @param {HTMLElement} frame @param {HTMLImageElement} image @param {Zoom} zoom */
  constructor(frame, image, zoom) {
    this.image = image;
    this.zoom = zoom;
    this.map = make("img", "layer score-map");
    this.map.alt = "";
    this.map.addEventListener("load", () => zoom.apply());
    this.slot = make("div", "layer");
    this.legend = make("p", "legend fine");
    this.legend.hidden = true;
    this.list = byId("viewer-suggestions");
    /** @type {LayerMode | null} */
    this.mode = null;
    /** @type {Item | null} */
    this.item = null;
    this.shown = Promise.resolve();
    this.controller = new AbortController();
    zoom.layers.push(this.map, this.slot);
    frame.append(this.map, this.slot, this.legend);
  }

  /** Show this layer in place of another one, or none. @param {LayerMode} mode */
  toggle(mode) {
    this.mode = this.mode === mode ? null : mode;
    this.show(this.item, this.shown);
    if (!this.mode) announce(sentences.layerHidden);
  }

  /** The layer of this photo, while one is on. @param {Item | null} item @param {Promise<void>} shown its full image */
  show(item, shown) {
    Object.assign(this, { item, shown });
    this.controller.abort();
    this.controller = new AbortController();
    this.#clear();
    this.legend.hidden = !this.mode;
    if (this.mode && item?.id && item.stage === "scored") void this.#draw(this.mode, item, this.controller.signal);
  }

  /** @param {LayerMode} mode @param {Item} item @param {AbortSignal} signal */
  async #draw(mode, item, signal) {
    this.legend.textContent = sentences.layerPending;
    try {
      const draw = { map: this.#drawMap, suggestions: this.#drawSuggestions, clipping: this.#drawPixels, focus: this.#drawPixels };
      const sentence = await draw[mode].call(this, item, signal);
      signal.throwIfAborted();
      this.#describe(sentence);
    } catch (error) {
      if (!signal.aborted) this.#describe(asProblem(error).message);
    }
  }

  /** @param {Item} item @param {AbortSignal} signal */
  async #drawMap({ id }, signal) {
    const map = await fetchScoreMap(id ?? "", signal);
    signal.throwIfAborted();
    this.map.src = URL.createObjectURL(map);
    return sentences.mapLegend;
  }

  /** @param {Item} item @param {AbortSignal} signal */
  async #drawSuggestions(item, signal) {
    const { suggestions } = await fetchSuggestions(item.id ?? "", signal);
    await this.shown;
    signal.throwIfAborted();
    if (suggestions.length === 0) return sentences.noSuggestion;
    if (!this.image.naturalWidth) return sentences.noPreview;
    const draw = (/** @type {HTMLCanvasElement} */ canvas) => {
      this.slot.replaceChildren(canvas);
      this.image.parentElement?.scrollIntoView({ block: "nearest" }); // on a phone, the list lies below
    };
    const describe = (/** @type {string} */ sentence) => signal.aborted || this.#describe(sentence);
    this.list.replaceChildren(...suggestionRows(suggestions, item, this.image, draw, describe));
    return sentences.suggestionsLegend;
  }

  /** @param {Item} item @param {AbortSignal} signal */
  async #drawPixels(item, signal) {
    await this.shown;
    signal.throwIfAborted();
    const { naturalWidth, naturalHeight } = this.image;
    if (!naturalWidth) return sentences.noPreview;
    if (this.mode === "clipping") return this.#fill(clippingOf(this.image, CLIPPING_SIDE), sentences.clippingLegend);
    const isLarge = Math.max(naturalWidth, naturalHeight) > MEASURED_SIDE;
    const tiles = isLarge ? await detailOf(this.image, signal) : await measured(item);
    signal.throwIfAborted();
    if (!tiles) return sentences.noFocus;
    const legend = isLarge ? sentences.focusLegend : sentences.measuredFocusLegend;
    return this.#fill(pictureOf(tiles, naturalWidth / naturalHeight), legend);
  }

  /** @param {HTMLCanvasElement} canvas @param {string} sentence */
  #fill(canvas, sentence) {
    this.slot.replaceChildren(canvas);
    return sentence;
  }

  #describe = (/** @type {string} */ sentence) => {
    this.legend.textContent = sentence;
    announce(sentence);
  };

  #clear() {
    if (this.map.src) URL.revokeObjectURL(this.map.src);
    this.map.removeAttribute("src");
    this.slot.replaceChildren();
    if (this.list.contains(document.activeElement)) byId("viewer").focus(); // keys need a focus in the dialog
    this.list.replaceChildren();
    this.legend.textContent = "";
  }
}

/** @param {Item} item */
async function measured({ id }) {
  const { critique } = await photoOf(id ?? "");
  return critique?.focus ? measuredTiles(critique.focus.detail_tiles) : null;
}
