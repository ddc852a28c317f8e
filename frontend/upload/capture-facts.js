// EXIF tags and XMP properties of the original for a downscaled JPEG, which a canvas writes without any.
//
// Only named tags, never the place: of the GPS the clock alone. The server finds the same groups as of originals.
// Sources: Exif 3.0, 4.6; XMP Specification Part 3.

/** Tags of the first directory: maker, model, time, rating, rating in percent. */
const FIRST_TAGS = new Set([0x010f, 0x0110, 0x0132, 0x4746, 0x4749]);
/** Exposure, aperture, ISO, times with zones and fractions, bias, distances, serial number and lens. */
const EXIF_TAGS = new Set([
  0x829a, 0x829d, 0x8827, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9204, 0x9206, 0x920a, 0x9290, 0x9291, 0x9292, 0xa431, 0xa434,
]);
/** Time and date of the GPS clock. */
const CLOCK_TAGS = new Set([7, 29]);
/** @type {[string, string, string[]][]} Prefix, namespace, properties. */
const XMP_PROPERTIES = [
  ["xmp", "http://ns.adobe.com/xap/1.0/", ["Rating", "CreateDate"]],
  ["xmpDM", "http://ns.adobe.com/xmp/1.0/DynamicMedia/", ["pick"]],
  ["MicrosoftPhoto", "http://ns.microsoft.com/photo/1.0/", ["Rating"]],
  ["critic", "https://photo-critic.github.io/ns/1.0/", ["rating"]],
  ["exif", "http://ns.adobe.com/exif/1.0/", ["DateTimeOriginal"]],
  ["photoshop", "http://ns.adobe.com/photoshop/1.0/", ["DateCreated"]],
];
const PNG_TIMES = ["tEXtCreation Time\0", "tEXtCreationTime\0"];
const TIME_TAG = 0x0132;
const EXIF_POINTER = 0x8769;
const GPS_POINTER = 0x8825;
const NO_TIFF = new Uint8Array(8);
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]; // bytes of a TIFF type
const MAX_VALUE_BYTES = 256;
const MAX_TAGS = 512;
const JPEG_HEAD_BYTES = 1 << 20;
const MAX_FILE_BYTES = 1 << 26;
const EXIF_HEADER = "Exif\0\0";
const XMP_HEADER = "http://ns.adobe.com/xap/1.0/\0";

/** @typedef {{tag: number, kind: number, count: number, value: Uint8Array}} Entry */

/** The downscaled JPEG with the facts of the original. @param {Blob} photo the original @param {Blob} jpeg */
export async function withCaptureFacts(photo, jpeg) {
  try {
    const bytes = await readHead(photo);
    const segments = [exifSegment(bytes), xmpSegment(bytes)].filter((segment) => segment !== null);
    return new Blob([jpeg.slice(0, 2), ...segments, jpeg.slice(2)], { type: jpeg.type });
  } catch {
    return jpeg; // malformed EXIF affects no pixel
  }
}

/** JPEGs have their facts before the pixels, other formats anywhere. @param {Blob} photo */
async function readHead(photo) {
  const start = new Uint8Array(await photo.slice(0, 2).arrayBuffer());
  const isJpeg = start[0] === 0xff && start[1] === 0xd8;
  return new Uint8Array(await photo.slice(0, isJpeg ? JPEG_HEAD_BYTES : MAX_FILE_BYTES).arrayBuffer());
}

/** @param {Uint8Array} bytes @returns {Uint8Array<ArrayBuffer> | null} */
function exifSegment(bytes) {
  const tiff = findTiff(bytes) ?? NO_TIFF;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const first = entries(view, view.getUint32(4, little), little);
  if (!first.some(({ tag }) => tag === TIME_TAG)) first.push(...pngTime(bytes));
  if (first.length === 0) return null;
  const keep = (/** @type {Entry[]} */ all, /** @type {Set<number>} */ tags) => all.filter(({ tag }) => tags.has(tag));
  const below = (/** @type {number} */ tag) => {
    const pointer = first.find((entry) => entry.tag === tag && entry.value.length === 4);
    return pointer ? entries(view, valueView(pointer).getUint32(0, little), little) : [];
  };
  const exif = keep(below(EXIF_POINTER), EXIF_TAGS);
  return segment(EXIF_HEADER, encodeTiff(keep(first, FIRST_TAGS), exif, keep(below(GPS_POINTER), CLOCK_TAGS), little));
}

/** The creation time of a PNG's text. @param {Uint8Array} bytes @returns {Entry[]} */
function pngTime(bytes) {
  for (const mark of PNG_TIMES) {
    const at = indexOf(bytes, mark, 0);
    if (at < 4) continue;
    const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at - 4) - (mark.length - 4);
    if (size <= 0 || size > MAX_VALUE_BYTES) continue;
    return [{ tag: TIME_TAG, kind: 2, count: size, value: bytes.slice(at + mark.length, at + mark.length + size) }];
  }
  return [];
}

/** The TIFF structure of the EXIF: in the segments of a JPEG, else after its mark. @param {Uint8Array} bytes */
function findTiff(bytes) {
  for (const mark of [EXIF_HEADER, "eXIf", "EXIF"]) {
    for (let at = indexOf(bytes, mark, 0); at >= 0; at = indexOf(bytes, mark, at + 1)) {
      for (const start of [at + mark.length, at + mark.length + 4, at + mark.length + 10]) {
        const order = String.fromCharCode(...bytes.subarray(start, start + 2));
        if ((order === "II" || order === "MM") && start + 8 <= bytes.length) return bytes.subarray(start);
      }
    }
  }
  return null;
}

/** @param {DataView} view @param {number} start @param {boolean} little @returns {Entry[]} */
function entries(view, start, little) {
  /** @type {Entry[]} */
  const found = [];
  if (start + 2 > view.byteLength) return found;
  const count = Math.min(view.getUint16(start, little), MAX_TAGS, Math.floor((view.byteLength - start - 2) / 12));
  for (let at = start + 2; at < start + 2 + 12 * count; at += 12) {
    const [tag, kind, values] = [view.getUint16(at, little), view.getUint16(at + 2, little), view.getUint32(at + 4, little)];
    const size = values * (SIZES[kind] ?? 0);
    const begin = size <= 4 ? at + 8 : view.getUint32(at + 8, little);
    if (size === 0 || size > MAX_VALUE_BYTES || begin + size > view.byteLength) continue;
    found.push({ tag, kind, count: values, value: new Uint8Array(view.buffer, view.byteOffset + begin, size) });
  }
  return found;
}

/** @param {Entry} entry */
const valueView = ({ value }) => new DataView(value.buffer, value.byteOffset, value.byteLength);

/** @param {Entry[]} first @param {Entry[]} exif @param {Entry[]} clock @param {boolean} little */
function encodeTiff(first, exif, clock, little) {
  const [exifPointer, clockPointer] = [pointerEntry(EXIF_POINTER), pointerEntry(GPS_POINTER)];
  const directory = [...first, exifPointer, ...(clock.length > 0 ? [clockPointer] : [])].sort((a, b) => a.tag - b.tag);
  const exifStart = 8 + directorySize(directory);
  const clockStart = exifStart + directorySize(exif);
  valueView(exifPointer).setUint32(0, exifStart, little);
  valueView(clockPointer).setUint32(0, clockStart, little);
  const view = new DataView(new ArrayBuffer(clockStart + directorySize(clock)));
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  writeDirectory(view, 8, directory, little);
  writeDirectory(view, exifStart, exif, little);
  writeDirectory(view, clockStart, clock, little);
  return new Uint8Array(view.buffer);
}

/** @param {number} tag @returns {Entry} */
const pointerEntry = (tag) => ({ tag, kind: 4, count: 1, value: new Uint8Array(4) });

/** @param {Entry[]} directory */
const directorySize = (directory) => directory.reduce((size, { value }) => size + 12 + outside(value), 6);

/** Bytes of a value that does not fit into its entry, on even positions. @param {Uint8Array} value */
const outside = (value) => (value.length > 4 ? value.length + (value.length % 2) : 0);

/** @param {DataView} view @param {number} start @param {Entry[]} directory @param {boolean} little */
function writeDirectory(view, start, directory, little) {
  const bytes = new Uint8Array(view.buffer);
  let data = start + 6 + 12 * directory.length;
  view.setUint16(start, directory.length, little);
  for (const [index, { tag, kind, count, value }] of directory.entries()) {
    const at = start + 2 + 12 * index;
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, kind, little);
    view.setUint32(at + 4, count, little);
    if (value.length > 4) view.setUint32(at + 8, data, little);
    bytes.set(value, value.length > 4 ? data : at + 8);
    data += outside(value);
  }
}

/** @param {Uint8Array} bytes @returns {Uint8Array<ArrayBuffer> | null} */
function xmpSegment(bytes) {
  const starts = ["<x:xmpmeta", "<x:xapmeta", "<rdf:RDF"].map((mark) => indexOf(bytes, mark, 0));
  const start = starts.find((at) => at >= 0);
  const end = start === undefined ? -1 : indexOf(bytes, "</rdf:RDF>", start);
  if (end < 0) return null;
  const packet = new TextDecoder().decode(bytes.subarray(start, end));
  const values = XMP_PROPERTIES.flatMap(([prefix, uri, names]) =>
    names.flatMap((name) => {
      const value = valueOf(packet, uri, name);
      return value ? [`${prefix}:${name}="${value}"`] : [];
    }),
  );
  if (values.length === 0) return null;
  const declared = XMP_PROPERTIES.map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`);
  const rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
  const description = `<rdf:Description rdf:about="" ${[...declared, ...values].join(" ")}/>`;
  const text = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${rdf}">${description}</rdf:RDF></x:xmpmeta>`;
  return segment(XMP_HEADER, new TextEncoder().encode(text));
}

/** A simple property, whatever the packet's prefix of the namespace. @param {string} packet @param {string} uri @param {string} name */
function valueOf(packet, uri, name) {
  const declared = [...packet.matchAll(/xmlns:([\w.-]+)\s*=\s*["']([^"']+)["']/g)];
  const prefixes = declared.filter(([, , namespace]) => namespace === uri).map(([, prefix]) => prefix);
  for (const prefix of new Set(prefixes)) {
    const value = new RegExp(`\\b${prefix}:${name}(?:\\s*=\\s*["']|>)\\s*([-+\\w:.]{1,40})`).exec(packet)?.[1];
    if (value) return value;
  }
  return null;
}

/** An APP1 segment. @param {string} header @param {Uint8Array} body */
function segment(header, body) {
  const bytes = new Uint8Array(4 + header.length + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xffe1);
  view.setUint16(2, bytes.length - 2);
  bytes.set(new TextEncoder().encode(header), 4);
  bytes.set(body, 4 + header.length);
  return bytes;
}

/** @param {Uint8Array} bytes @param {string} mark of ASCII @param {number} from */
function indexOf(bytes, mark, from) {
  const first = mark.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let length = 1;
    while (length < mark.length && bytes[at + length] === mark.charCodeAt(length)) length += 1;
    if (length === mark.length) return at;
  }
  return -1;
}
