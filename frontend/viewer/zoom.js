// Zoom: one scale and one centre for all images of a comparison, so that all show the same spot.

const MAX_SCALE = 16;

export class Zoom {
  constructor() {
    this.scale = 1; // 1: the whole image
    this.x = 0.5; // the centre, as a share of the image
    this.y = 0.5;
    /** @type {HTMLImageElement[]} */
    this.images = [];
  }

  /** Keyboard shortcuts. */
  get keys() {
    return {
      "+": () => this.by(1.5),
      "=": () => this.by(1.5),
      "-": () => this.by(1 / 1.5),
      z: () => this.toggle(),
    };
  }

  /** @param {HTMLElement} frame clips the image @param {HTMLImageElement} image */
  add(frame, image) {
    this.images.push(image);
    image.addEventListener("load", () => this.#apply());
    frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    frame.addEventListener("dblclick", () => this.toggle());
    frame.addEventListener("pointerdown", (event) => this.#drag(frame, image, event));
  }

  /** @param {number} factor */
  by(factor) {
    this.to(this.scale * factor);
  }

  /** @param {number} scale */
  to(scale) {
    this.scale = Math.min(MAX_SCALE, Math.max(1, scale));
    this.#apply();
  }

  /** @param {number} x @param {number} y in shares of the visible area */
  pan(x, y) {
    this.x += x / this.scale;
    this.y += y / this.scale;
    this.#apply();
  }

  /** Switch between the whole image and 100 % (one image pixel a screen pixel). */
  toggle() {
    this.to(this.scale > 1 ? 1 : Math.max(2, this.#pixelScale()));
  }

  #pixelScale() {
    const [image] = this.images;
    if (!image?.naturalWidth) return 2;
    const shown = Math.min(image.offsetWidth, (image.offsetHeight * image.naturalWidth) / image.naturalHeight);
    return image.naturalWidth / shown / devicePixelRatio;
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    this.by(Math.exp(-event.deltaY / 400));
  }

  /** @param {HTMLElement} frame @param {HTMLImageElement} image @param {PointerEvent} event */
  #drag(frame, image, event) {
    if (this.scale === 1 || event.button !== 0) return;
    event.preventDefault();
    frame.setPointerCapture(event.pointerId);
    let { clientX, clientY } = event;
    const move = (/** @type {PointerEvent} */ moved) => {
      this.x -= (moved.clientX - clientX) / (image.offsetWidth * this.scale);
      this.y -= (moved.clientY - clientY) / (image.offsetHeight * this.scale);
      ({ clientX, clientY } = moved);
      this.#apply();
    };
    frame.addEventListener("pointermove", move);
    frame.addEventListener("lostpointercapture", () => frame.removeEventListener("pointermove", move), { once: true });
  }

  #apply() {
    const margin = 0.5 / this.scale;
    this.x = Math.min(1 - margin, Math.max(margin, this.x));
    this.y = Math.min(1 - margin, Math.max(margin, this.y));
    for (const image of this.images) {
      const x = (0.5 - this.x) * image.offsetWidth * this.scale;
      const y = (0.5 - this.y) * image.offsetHeight * this.scale;
      image.style.transform = `translate(${x}px, ${y}px) scale(${this.scale})`;
    }
  }
}
