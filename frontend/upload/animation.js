// Animations are uploaded as originals: the server notes that it scores the first frame; a JPEG would hide that.

/** @param {Uint8Array} head */
const text = (head) => String.fromCharCode(...head.subarray(0, 4096));

const isGif = (/** @type {string} */ start) => start.startsWith("GIF8");

/** The animation flag of the extended WebP header: https://developers.google.com/speed/webp/docs/riff_container */
const isAnimatedWebp = (/** @type {string} */ start) =>
  start.startsWith("RIFF") && start.startsWith("WEBPVP8X", 8) && (start.charCodeAt(20) & 0x02) !== 0;

/** An `acTL` chunk before the pixels: https://www.w3.org/TR/png-3/#acTL-chunk */
const isAnimatedPng = (/** @type {string} */ start) => {
  const actl = start.indexOf("acTL");
  const idat = start.indexOf("IDAT");
  return start.startsWith("\x89PNG") && actl > 0 && (idat < 0 || actl < idat);
};

/** The brand of AVIF image sequences. */
const isAnimatedAvif = (/** @type {string} */ start) => start.startsWith("ftypavis", 4);

/** @param {Uint8Array} head the first bytes of the file */
export function isAnimated(head) {
  const start = text(head);
  return isGif(start) || isAnimatedWebp(start) || isAnimatedPng(start) || isAnimatedAvif(start);
}
