// One scale and centre for all images of a comparison, so that all show the same spot.

const MAX_SCALE = 16;
const CENTRE = { x: 0.5, y: 0.5 };

export class Zoom {
  /** @param {(percent: number) => void} [onScale] 100: an image pixel a screen pixel */
  constructor(onScale = () => {}) {
    this.onScale = onScale;
    this.scale = 1; // 1: the whole image
    this.x = 0.5; // the centre, as a share of the frame
    this.y = 0.5;
    /** @type {HTMLImageElement[]} */
    this.images = [];
    /** Pictures over an image. @type {HTMLElement[]} */
    this.layers = [];
    /** Of the mouse over a frame. @type {Point | null} */
    this.pointer = null;
  }

  /** Keyboard shortcuts. */
  get keys() {
    return {
      "+": () => this.by(1.5, this.pointer ?? CENTRE),
      "=": () => this.by(1.5, this.pointer ?? CENTRE),
      "-": () => this.by(1 / 1.5, this.pointer ?? CENTRE),
      z: () => this.toggle(),
    };
  }

  /** @param {HTMLElement} frame clips the image @param {HTMLImageElement} image */
  add(frame, image) {
    this.images.push(image);
    image.addEventListener("load", () => this.apply());
    frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    frame.addEventListener("dblclick", () => this.toggle());
    frame.addEventListener("pointermove", ({ clientX, clientY }) => {
      const { left, top, width, height } = frame.getBoundingClientRect();
      this.pointer = { x: (clientX - left) / width, y: (clientY - top) / height };
    });
    frame.addEventListener("pointerleave", () => (this.pointer = null));
    frame.addEventListener("pointerdown", (event) => this.#drag(frame, image, event));
  }

  /** @param {number} factor @param {Point} [at] stays where it is */
  by(factor, at) {
    this.to(this.scale * factor, at);
  }

  /** @param {number} scale @param {Point} [at] stays where it is */
  to(scale, at = CENTRE) {
    const former = this.scale;
    this.scale = Math.min(MAX_SCALE, Math.max(1, scale));
    this.x += (at.x - 0.5) * (1 / former - 1 / this.scale);
    this.y += (at.y - 0.5) * (1 / former - 1 / this.scale);
    this.apply();
  }

  /** @param {number} x @param {number} y in shares of the visible area */
  pan(x, y) {
    this.x += x / this.scale;
    this.y += y / this.scale;
    this.apply();
  }

  /** Show a spot at 100 %. @param {number} x @param {number} y shares of the picture */
  lookAt(x, y) {
    const { width = 1, height = 1 } = this.#fit() ?? {};
    this.scale = this.#fullScale();
    this.x = 0.5 + (x - 0.5) * width;
    this.y = 0.5 + (y - 0.5) * height;
    this.apply();
  }

  /** Switch between the whole image and 100 % at the pointer (one image pixel a screen pixel). */
  toggle() {
    this.to(this.scale > 1 ? 1 : this.#fullScale(), this.pointer ?? CENTRE);
  }

  /** A small picture, shown at 100 % or more already, is doubled. */
  #fullScale() {
    const scale = this.#pixelScale();
    return scale > 1.01 ? scale : 2;
  }

  #pixelScale() {
    const [image] = this.images;
    const { width } = this.#fit() ?? {};
    return image && width ? image.naturalWidth / (width * image.offsetWidth) / devicePixelRatio : 2;
  }

  /** The picture within the frame, in shares of the frame. */
  #fit() {
    const [image] = this.images;
    if (!image?.naturalWidth || !image.offsetWidth) return null;
    const { naturalWidth, naturalHeight, offsetWidth, offsetHeight } = image;
    const scale = Math.min(offsetWidth / naturalWidth, offsetHeight / naturalHeight);
    return { width: (naturalWidth * scale) / offsetWidth, height: (naturalHeight * scale) / offsetHeight };
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    this.by(Math.exp(-event.deltaY / 400), this.pointer ?? CENTRE);
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
      this.apply();
    };
    frame.addEventListener("pointermove", move);
    frame.addEventListener("lostpointercapture", () => frame.removeEventListener("pointermove", move), { once: true });
  }

  apply() {
    const margin = 0.5 / this.scale;
    this.x = Math.min(1 - margin, Math.max(margin, this.x));
    this.y = Math.min(1 - margin, Math.max(margin, this.y));
    for (const image of [...this.images, ...this.layers]) {
      const x = (0.5 - this.x) * image.offsetWidth * this.scale;
      const y = (0.5 - this.y) * image.offsetHeight * this.scale;
      image.style.transform = `translate(${x}px, ${y}px) scale(${this.scale})`;
    }
    if (this.#fit()) this.onScale(Math.round((100 * this.scale) / this.#pixelScale()));
  }
}
