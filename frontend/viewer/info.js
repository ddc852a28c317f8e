// Over the photo: histogram, settings, real size; the horizon with its tilt.

import { make } from "../dom/elements.js";
import { captureRows } from "../text/formats.js";
import { sentences, tiltSentence } from "../text/messages.js";
import { ShootHistogram, histogramOf, histogramView } from "./histogram.js";
import { photoOf } from "./photo-cache.js";

export const LEAST_AGREEMENT = 0.25; // of the edges about the tilt, as for reasons of the server

export class Info {
  /** @param {HTMLElement} frame @param {HTMLImageElement} image @param {() => Iterable<[string, string]>} thumbnails */
  constructor(frame, image, thumbnails) {
    this.image = image;
    this.shoot = new ShootHistogram(thumbnails);
    this.panel = make("section", "info");
    this.panel.setAttribute("aria-label", sentences.info);
    this.horizon = make("div", "horizon");
    this.on = false;
    /** @type {Item | null} */
    this.item = null;
    this.shown = Promise.resolve();
    this.panel.hidden = this.horizon.hidden = true;
    frame.append(this.horizon, this.panel);
  }

  toggle() {
    this.on = !this.on;
    this.show(this.item, this.shown);
  }

  /** @param {Item | null} item @param {Promise<void>} shown its full image */
  show(item, shown) {
    Object.assign(this, { item, shown });
    this.panel.hidden = !this.on;
    this.horizon.hidden = true;
    this.panel.replaceChildren();
    if (this.on && item?.id && item.stage === "scored") void this.#draw(item, item.id);
  }

  /** @param {Item} item @param {string} id */
  async #draw(item, id) {
    const photo = await photoOf(id).catch(() => null);
    await this.shown;
    const shoot = await this.shoot.mean();
    if (this.item !== item || !this.on || !photo?.critique) return;
    const { critique } = photo;
    const rows = captureRows(critique, this.#size(critique), item.file);
    const list = make("dl", "", ...rows.flatMap(([term, text]) => [make("dt", "", term), make("dd", "", text)]));
    const histogram = this.image.naturalWidth ? [histogramView(histogramOf(this.image), shoot, sentences.histogram)] : [];
    this.panel.replaceChildren(...histogram, list);
    this.#showHorizon(critique);
  }

  /** Of the visitor's file where the browser shows it, otherwise of the upload. @param {Critique} critique */
  #size({ image: { width, height } }) {
    const { naturalWidth, naturalHeight } = this.image;
    return naturalWidth > width ? { width: naturalWidth, height: naturalHeight } : { width, height };
  }

  /** @param {Critique} critique */
  #showHorizon({ horizon }) {
    if (!horizon || horizon.confidence < LEAST_AGREEMENT) return;
    const line = make("i");
    line.style.transform = `rotate(${horizon.degrees}deg)`;
    this.horizon.replaceChildren(line, make("span", "", tiltSentence(horizon.degrees)));
    this.horizon.hidden = false;
  }
}
