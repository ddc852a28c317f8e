// Photos that are uploaded as originals. Animations: the server notes that it scores the first frame; a JPEG would hide
// that. Photos in PQ or HLG: every browser maps their tones to its screen.

/** @type {((start: string) => boolean)[]} */
const REASONS = [
  (start) => start.startsWith("GIF8"),
  // The animation flag of the extended WebP header: https://developers.google.com/speed/webp/docs/riff_container
  (start) => /^RIFF....WEBPVP8X/s.test(start) && (start.charCodeAt(20) & 0x02) !== 0,
  // An `acTL` chunk before the pixels: https://www.w3.org/TR/png-3/#acTL-chunk
  (start) => /^\x89PNG((?!IDAT).)+acTL/s.test(start),
  // The brand of AVIF image sequences.
  (start) => start.startsWith("ftypavis", 4),
  // `cICP` of PNG, `nclx` of AVIF: primaries, then the transfer function, of ITU-T H.273.
  (start) => /^\x89PNG.+cICP.[\x10\x12]|^....ftyp.+nclx..\0[\x10\x12]/s.test(start),
];

/** @param {Uint8Array} head the first bytes of the file */
export function needsOriginal(head) {
  const start = String.fromCharCode(...head.subarray(0, 4096));
  return REASONS.some((applies) => applies(start));
}
