// Looking closely: one scale and one point for all pictures that take part, so that the same spot is seen in each.

const MOST = 16;

export class Zoom {
  constructor() {
    this.scale = 1; // 1 shows the whole picture
    this.x = 0.5; // the point in the middle, as a share of the frame
    this.y = 0.5;
    /** @type {HTMLImageElement[]} */
    this.images = [];
  }

  /** What keys do, wherever pictures are looked at closely. */
  get keys() {
    return {
      "+": () => this.by(1.5),
      "=": () => this.by(1.5),
      "-": () => this.by(1 / 1.5),
      z: () => this.toggle(),
    };
  }

  /** @param {HTMLElement} frame that the picture is looked at through @param {HTMLImageElement} image */
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
    this.scale = Math.min(MOST, Math.max(1, scale));
    this.#apply();
  }

  /** @param {number} x @param {number} y in shares of what is seen */
  pan(x, y) {
    this.x += x / this.scale;
    this.y += y / this.scale;
    this.#apply();
  }

  /** Between the whole picture and one pixel of it for each pixel of the screen. */
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
