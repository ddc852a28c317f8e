// A photo → a smaller JPEG and a thumbnail. In a worker thread, or on the page where workers cannot draw.

import { isDamagedJpeg } from "./jpeg-damage.js";

/** Pixels of the long side: a little more than the network's preprocessing uses (960). */
export const LONG_SIDE = 1024;
const JPEG_QUALITY = 0.92;

const THUMBNAIL_SIDE = 400;
const THUMBNAIL_QUALITY = 0.8;

/** An upright JPEG with a long side of 1024 px, and a thumbnail. Throws for a format unknown to the browser.
 * @param {Blob} photo @param {MakeCanvas} makeCanvas @returns {Promise<Downscaled>} */
export async function downscale(photo, makeCanvas) {
  // EXIF orientation is applied only here: the bitmap is upright, and the JPEG below has no orientation.
  const bitmap = await createImageBitmap(photo, { imageOrientation: "from-image" });
  try {
    const large = Math.max(bitmap.width, bitmap.height) > LONG_SIDE && !(await isDamagedJpeg(photo));
    const small = large ? resize(bitmap, LONG_SIDE, makeCanvas) : bitmap;
    return {
      blob: small === bitmap ? null : await toJpeg(/** @type {OffscreenCanvas} */ (small), JPEG_QUALITY),
      thumbnail: await toJpeg(resize(small, THUMBNAIL_SIDE, makeCanvas), THUMBNAIL_QUALITY),
    };
  } finally {
    bitmap.close();
  }
}

/** @param {DrawSource} source @param {number} longSide limit @param {MakeCanvas} makeCanvas */
function resize(source, longSide, makeCanvas) {
  const scale = Math.min(1, longSide / Math.max(source.width, source.height));
  const side = (/** @type {number} */ pixels) => Math.max(1, Math.round(pixels * scale));
  return drawInSteps(source, side(source.width), side(source.height), makeCanvas);
}

/** Halve down to less than twice the target size: a single large step would skip pixels and alias. @param {DrawSource} source
 * @param {number} width @param {number} height @param {MakeCanvas} makeCanvas */
function drawInSteps(source, width, height, makeCanvas) {
  let step = source;
  while (step.width > 2 * width && step.height > 2 * height) {
    step = draw(step, Math.ceil(step.width / 2), Math.ceil(step.height / 2), makeCanvas);
  }
  return draw(step, width, height, makeCanvas);
}

/** @param {DrawSource} source @param {number} width @param {number} height @param {MakeCanvas} makeCanvas */
function draw(source, width, height, makeCanvas) {
  const canvas = makeCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | null} */ (
    canvas.getContext("2d")
  );
  if (!context) throw new Error("no 2D context");
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white"; // as on the server: JPEG has no transparency, and an empty canvas is black
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

/** @param {OffscreenCanvas | HTMLCanvasElement} canvas @param {number} quality @returns {Promise<Blob>} */
function toJpeg(canvas, quality) {
  if ("convertToBlob" in canvas) {
    return canvas.convertToBlob({ type: "image/jpeg", quality });
  }
  return new Promise((resolve, reject) => {
    const onBlob = (/** @type {Blob | null} */ blob) => (blob ? resolve(blob) : reject(new Error("no JPEG")));
    canvas.toBlob(onBlob, "image/jpeg", quality);
  });
}
