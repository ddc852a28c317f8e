// A photo's bytes → a smaller JPEG. Runs in the worker thread, or on the page where workers cannot draw.

/** Pixels of the long side: a little over what the network's preprocessing looks at (960). */
export const LONG_SIDE = 1024;
const JPEG_QUALITY = 0.92;

/** @typedef {{blob: Blob, width: number, height: number}} Shrunk */
/** @typedef {(width: number, height: number) => OffscreenCanvas | HTMLCanvasElement} MakeCanvas */

/**
 * The photo with a long side of 1024 px, upright; null when it is no longer than that already.
 * Throws when the browser cannot decode it.
 * @param {Blob} photo
 * @param {MakeCanvas} makeCanvas
 * @returns {Promise<Shrunk | null>}
 */
export async function downscale(photo, makeCanvas) {
  // The one place where EXIF orientation is applied: the pixels come upright, and the JPEG written below has no EXIF.
  const bitmap = await createImageBitmap(photo, { imageOrientation: "from-image" });
  try {
    const long = Math.max(bitmap.width, bitmap.height);
    if (long <= LONG_SIDE) return null;
    const width = Math.max(1, Math.round((bitmap.width * LONG_SIDE) / long));
    const height = Math.max(1, Math.round((bitmap.height * LONG_SIDE) / long));
    const canvas = drawInSteps(bitmap, width, height, makeCanvas);
    return { blob: await toJpeg(canvas), width, height };
  } finally {
    bitmap.close();
  }
}

/**
 * Halve until less than twice the wanted size is left: one big step would skip pixels and alias.
 * @param {ImageBitmap} bitmap
 * @param {number} width
 * @param {number} height
 * @param {MakeCanvas} makeCanvas
 */
function drawInSteps(bitmap, width, height, makeCanvas) {
  /** @type {ImageBitmap | OffscreenCanvas | HTMLCanvasElement} */
  let source = bitmap;
  while (source.width > 2 * width && source.height > 2 * height) {
    source = draw(source, Math.ceil(source.width / 2), Math.ceil(source.height / 2), makeCanvas);
  }
  return draw(source, width, height, makeCanvas);
}

/**
 * @param {ImageBitmap | OffscreenCanvas | HTMLCanvasElement} source
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
 * @returns {Promise<Blob>}
 */
function toJpeg(canvas) {
  if ("convertToBlob" in canvas) {
    return canvas.convertToBlob({ type: "image/jpeg", quality: JPEG_QUALITY });
  }
  return new Promise((resolve, reject) => {
    const take = (/** @type {Blob | null} */ blob) => (blob ? resolve(blob) : reject(new Error("no JPEG came out")));
    canvas.toBlob(take, "image/jpeg", JPEG_QUALITY);
  });
}
