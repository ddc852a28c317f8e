// A photo's bytes → a smaller JPEG. Runs in the worker thread, or on the page where workers cannot draw.

/** Pixels of the long side: a little over what the network's preprocessing looks at (960). */
export const LONG_SIDE = 1024;
const JPEG_QUALITY = 0.92;

const THUMB_SIDE = 400;
const THUMB_QUALITY = 0.8;

/** `blob` is null when the photo is no larger than that already. @typedef {{blob: Blob | null, thumb: Blob}} Shrunk */
/** @typedef {(width: number, height: number) => OffscreenCanvas | HTMLCanvasElement} MakeCanvas */

/**
 * The photo with a long side of 1024 px, upright, and a thumbnail of it. Throws when the browser cannot decode it.
 * @param {Blob} photo
 * @param {MakeCanvas} makeCanvas
 * @returns {Promise<Shrunk>}
 */
export async function downscale(photo, makeCanvas) {
  // The one place where EXIF orientation is applied: the pixels come upright, and the JPEG written below has no EXIF.
  const bitmap = await createImageBitmap(photo, { imageOrientation: "from-image" });
  try {
    const large = Math.max(bitmap.width, bitmap.height) > LONG_SIDE;
    const small = large ? fitted(bitmap, LONG_SIDE, makeCanvas) : bitmap;
    return {
      blob: small === bitmap ? null : await toJpeg(/** @type {OffscreenCanvas} */ (small), JPEG_QUALITY),
      thumb: await toJpeg(fitted(small, THUMB_SIDE, makeCanvas), THUMB_QUALITY),
    };
  } finally {
    bitmap.close();
  }
}

/** @typedef {ImageBitmap | OffscreenCanvas | HTMLCanvasElement} Picture */

/**
 * @param {Picture} picture
 * @param {number} longSide it gets no larger than that
 * @param {MakeCanvas} makeCanvas
 */
function fitted(picture, longSide, makeCanvas) {
  const share = Math.min(1, longSide / Math.max(picture.width, picture.height));
  const side = (/** @type {number} */ pixels) => Math.max(1, Math.round(pixels * share));
  return drawInSteps(picture, side(picture.width), side(picture.height), makeCanvas);
}

/**
 * Halve until less than twice the wanted size is left: one big step would skip pixels and alias.
 * @param {Picture} picture
 * @param {number} width
 * @param {number} height
 * @param {MakeCanvas} makeCanvas
 */
function drawInSteps(picture, width, height, makeCanvas) {
  let source = picture;
  while (source.width > 2 * width && source.height > 2 * height) {
    source = draw(source, Math.ceil(source.width / 2), Math.ceil(source.height / 2), makeCanvas);
  }
  return draw(source, width, height, makeCanvas);
}

/**
 * @param {Picture} source
 * @param {number} width
 * @param {number} height
 * @param {MakeCanvas} makeCanvas
 */
function draw(source, width, height, makeCanvas) {
  const canvas = makeCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | null} */ (
    canvas.getContext("2d")
  );
  if (!context) throw new Error("no canvas to draw on");
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white"; // as the server does: JPEG has no transparency, and an empty canvas would turn black
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

/**
 * @param {OffscreenCanvas | HTMLCanvasElement} canvas
 * @param {number} quality
 * @returns {Promise<Blob>}
 */
function toJpeg(canvas, quality) {
  if ("convertToBlob" in canvas) {
    return canvas.convertToBlob({ type: "image/jpeg", quality });
  }
  return new Promise((resolve, reject) => {
    const take = (/** @type {Blob | null} */ blob) => (blob ? resolve(blob) : reject(new Error("no JPEG came out")));
    canvas.toBlob(take, "image/jpeg", quality);
  });
}
