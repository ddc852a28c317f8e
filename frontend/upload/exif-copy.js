// Named tags of EXIF, never the place. They stay where they stood: offsets in maker notes have various origins.
// Sources: Exif 3.0, 4.6; MakerNotes.pm of ExifTool.

/** @param {number[]} tags @returns {ExifRules} */
const named = (...tags) => Object.fromEntries(tags.map((tag) => [tag, true]));

export const TIME_TAG = 0x0132;
/** Maker, model, time, rating, rating in percent. */
const FIRST_TAGS = named(0x010f, 0x0110, TIME_TAG, 0x4746, 0x4749);
/** Exposure, aperture, ISO, times, bias, distances, subject, its frame, serial number, lens. */
const EXIF_TAGS = named(
  0x829a, 0x829d, 0x8827, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9204, 0x9206, 0x920a, 0x9214, 0x9290, 0x9291, 0x9292, 0xa002,
  0xa003, 0xa214, 0xa431, 0xa434,
);
const CLOCK_TAGS = named(7, 29); // of the GPS
/** @type {MakerNote[]} */
const MAKERS = [
  ["Nikon\0\x02", 18, [0x1d, 0xb7], 10, 10],
  ["FUJIFILM", 12, [0x1023], 0],
  ["OLYMPUS\0", 12, [], 0, 8],
  ["OM SYSTEM\0", 16, [], 0, 12],
  ["SONY ", 12, [0x2027]],
  ["Panasonic", 12, [0x4d]],
  ["", 0, [0x0c, 0x12, 0x26]], // Canon
];
const OLYMPUS_SETTINGS = 0x2020;
const OLYMPUS_TAGS = named(0x304, 0x305);
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]; // bytes of a TIFF type
const [SHORT, UNDEFINED] = [3, 7];
const MAX_TAGS = 512;
const MAX_BYTES = 65_000; // of a segment

export class ExifCopy {
  /** @param {Uint8Array} whole from the TIFF header on */
  constructor(whole) {
    this.tiff = whole.slice(0, MAX_BYTES);
    this.view = new DataView(this.tiff.buffer);
    this.copy = new DataView(new ArrayBuffer(this.tiff.length));
    this.end = 0;
    /** Copied tags. @type {Set<number>} */
    this.tags = new Set();
    this.orientation = 0; // unstated
    this.colourSpace = 0;
    if (this.tiff.length > 8) this.#first(this.tiff[0] === 0x49);
  }

  get bytes() {
    return new Uint8Array(this.copy.buffer, 0, this.end);
  }

  /** @param {boolean} little */
  #first(little) {
    this.#keep(0, 8);
    this.#directory(this.view.getUint32(4, little), 0, little, {
      ...FIRST_TAGS,
      0x0112: (value) => !(this.orientation = value),
      0x8769: (start) =>
        this.#directory(start, 0, little, {
          ...EXIF_TAGS,
          0xa001: (value) => !(this.colourSpace = value),
          0x927c: (note) => this.#makerNote(note, little),
        }),
      0x8825: (start) => this.#directory(start, 0, little, CLOCK_TAGS),
    });
  }

  /** @param {number} start @param {number} size */
  #keep(start, size) {
    new Uint8Array(this.copy.buffer, start, size).set(this.tiff.subarray(start, start + size));
    this.end = Math.max(this.end, start + size);
  }

  /** @param {number} start @param {number} base @param {boolean} little @param {ExifRules} rules */
  #directory(start, base, little, rules) {
    let found = false;
    if (start + 6 > this.tiff.length) return found;
    const count = Math.min(this.view.getUint16(start, little), MAX_TAGS, Math.floor((this.tiff.length - start - 6) / 12));
    const last = start + 2 + 12 * count;
    this.copy.setUint16(start, count, little);
    this.end = Math.max(this.end, last + 4);
    for (let entry = start + 2; entry < last; entry += 12) found = this.#entry(entry, base, little, rules) || found;
    return found;
  }

  /** @param {number} entry @param {number} base @param {boolean} little @param {ExifRules} rules */
  #entry(entry, base, little, rules) {
    const [tag, kind] = [this.view.getUint16(entry, little), this.view.getUint16(entry + 2, little)];
    const rule = rules[tag];
    const size = this.view.getUint32(entry + 4, little) * (SIZES[kind] ?? 0);
    const start = base + (kind === SHORT ? this.view.getUint16(entry + 8, little) : this.view.getUint32(entry + 8, little));
    if (!rule || (size > 4 && start + size > this.tiff.length)) return false;
    if (rule !== true && !rule(start, base, little)) return false;
    if (rule === true && size > 4) this.#keep(start, size);
    this.#keep(entry, 12);
    this.tags.add(tag);
    if (rule !== true && kind === UNDEFINED) this.copy.setUint32(entry + 4, Math.min(size, this.end - start), little);
    return true;
  }

  /** @param {number} start @param {boolean} little */
  #makerNote(start, little) {
    const name = String.fromCharCode(...this.tiff.subarray(start, start + 16));
    const [, head, tags, base, order] = MAKERS.find(([mark]) => name.startsWith(mark)) ?? ["", 0, []];
    if (start + head > this.tiff.length) return false;
    this.#keep(start, head);
    return this.#directory(start + head, base === undefined ? 0 : start + base, order === undefined ? little : name[order] === "I", {
      ...named(...tags),
      [OLYMPUS_SETTINGS]: (settings, origin, ownOrder) => this.#directory(settings, origin, ownOrder, OLYMPUS_TAGS),
    });
  }
}
