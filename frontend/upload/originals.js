// Photos that are uploaded as originals: a canvas hides what the server notes or sees otherwise.

const ADOBE_RGB = 2;

/** @type {((metadata: Metadata) => boolean)[]} */
const REASONS = [
  // Animations, and all JPEG XL.
  ({ text }) => /^(GIF8|\xff\n|....(ftypavis|JXL )|.PNG((?!IDAT).)+acTL)/s.test(text),
  ({ text }) => /^RIFF....WEBPVP8X/s.test(text) && (text.charCodeAt(20) & 0x02) !== 0,
  // PQ and HLG of PNG, AVIF and ICC (ITU-T H.273): every browser maps their tones to its screen.
  ({ text }) => /^.PNG.+cICP.[\x10\x12]|^....ftyp.+nclx..\0[\x10\x12]|cicp\0{4}.[\x10\x12]/s.test(text),
  // Adobe RGB by EXIF, which no browser reads; EXIF in a text of PNG.
  ({ text, exif }) => exif.colourSpace === ADOBE_RGB || /R03\0|Raw profile type exif/.test(text),
  // Chromium turns no WebP, no PNG by EXIF behind the pixels, and nothing by XMP.
  ({ text, exif }) => exif.orientation > 1 && /^.PNG|^RIFF/s.test(text),
  ({ exif, packet }) => exif.orientation === 0 && /tiff:Orientation(="|>)[2-8]/.test(packet),
];

/** @param {Metadata} metadata */
export const needsOriginal = (metadata) => REASONS.some((applies) => applies(metadata));
