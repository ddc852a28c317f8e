import { histogram } from "./pixels.js";

const SVG = "http://www.w3.org/2000/svg";
const SIDE = 256; // pixels: enough for shares
const THUMBNAIL_SIDE = 64;
const MAX_THUMBNAILS = 200;
const HEIGHT = 24;

export class ShootHistogram {
  /** @param {() => Iterable<[string, string]>} thumbnails key and URL of each thumbnail at hand */
  constructor(thumbnails) {
    this.thumbnails = thumbnails;
    /** @type {Map<string, number[]>} */
    this.known = new Map();
  }

  /** The mean of the photos with a thumbnail at hand. @returns {Promise<number[]>} */
  async mean() {
    for (const [key, url] of this.thumbnails()) {
      if (this.known.has(key) || this.known.size >= MAX_THUMBNAILS) continue;
      const image = new Image();
      image.src = url;
      const isDecoded = await image.decode().then(() => true, () => false); // its URL may be revoked meanwhile
      if (isDecoded) this.known.set(key, histogram(image, THUMBNAIL_SIDE));
    }
    const all = [...this.known.values()];
    return (all[0] ?? []).map((_, bin) => all.reduce((sum, shares) => sum + (shares[bin] ?? 0), 0) / all.length);
  }
}

/** @param {HTMLImageElement} image shown at full size */
export const histogramOf = (image) => histogram(image, SIDE);

/** @param {number[]} photo @param {number[]} shoot @param {string} name accessible */
export function histogramView(photo, shoot, name) {
  const view = document.createElementNS(SVG, "svg");
  view.setAttribute("viewBox", `0 0 ${photo.length} ${HEIGHT}`);
  view.setAttribute("preserveAspectRatio", "none");
  view.setAttribute("class", "histogram");
  view.setAttribute("role", "img");
  view.setAttribute("aria-label", name);
  view.append(shape("shoot", shoot), shape("photo", photo));
  return view;
}

/** @param {string} name @param {number[]} shares */
function shape(name, shares) {
  const most = Math.max(...shares.slice(1, -1), 1e-6); // lost tones at the ends may stick out
  const heights = shares.map((share) => HEIGHT * (1 - Math.min(1, share / most)));
  const points = heights.flatMap((height, bin) => [`${bin},${height.toFixed(2)}`, `${bin + 1},${height.toFixed(2)}`]);
  const polygon = document.createElementNS(SVG, "polygon");
  polygon.setAttribute("class", name);
  polygon.setAttribute("points", `0,${HEIGHT} ${points.join(" ")} ${shares.length},${HEIGHT}`);
  return polygon;
}
