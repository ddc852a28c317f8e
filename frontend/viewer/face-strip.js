// The faces at 100 %, with the state of their eyes; a click shows the face in the photo.

import { button } from "../dom/announce.js";
import { byId, make } from "../dom/elements.js";
import { eyeMarks, faceName } from "../text/messages.js";
import { photoOf } from "./photo-cache.js";
import { canvasOf } from "./pixels.js";

const MAX_FACES = 8;
const SIDE = 88; // pixels of the page
const EYES_AT = 0.42; // of a face's height

export class FaceStrip {
  /** @param {HTMLImageElement} image @param {Zoom} zoom */
  constructor(image, zoom) {
    this.image = image;
    this.zoom = zoom;
    this.strip = byId("viewer-faces");
    /** @type {Item | null} */
    this.item = null;
  }

  /** @param {Item | null} item @param {Promise<void>} shown its full image */
  async show(item, shown) {
    this.item = item;
    this.strip.hidden = true; // never the faces of the photo before
    const photo = item?.id && item.stage === "scored" ? await photoOf(item.id).catch(() => null) : null;
    await shown;
    if (this.item !== item) return;
    const faces = this.image.naturalWidth ? (photo?.critique?.faces ?? []).slice(0, MAX_FACES) : [];
    this.strip.hidden = faces.length === 0;
    this.strip.replaceChildren(...faces.map((face, index) => this.#view(face, index)));
  }

  /** @param {Face} face @param {number} index */
  #view(face, index) {
    const [x, y] = [face.left + face.width / 2, face.top + face.height * EYES_AT];
    const view = button("", () => this.zoom.lookAt(x, y), "face");
    view.dataset.eyes = face.eyes;
    view.append(this.#crop(x, y), make("span", "visually-hidden", faceName(index + 1)), eyeMarks[face.eyes]);
    return view;
  }

  /** The pixels around the eyes, a pixel of the photo on a pixel of the screen. @param {number} x @param {number} y */
  #crop(x, y) {
    const side = Math.round(SIDE * devicePixelRatio);
    const { naturalWidth, naturalHeight } = this.image;
    const { canvas, context } = canvasOf(side, side);
    context.drawImage(this.image, side / 2 - x * naturalWidth, side / 2 - y * naturalHeight);
    return canvas;
  }
}
