// Named tags of EXIF, never the place. They stay where they stood, between zeros: offsets in maker notes have various origins.
// Sources: Exif 3.0, 4.6; MakerNotes.pm of ExifTool.

/** Tags to copy, or how to copy the directory at a value: false for an empty one.
 * @typedef {{[tag: number]: true | ((start: number, base: number, little: boolean) => boolean)}} Rules */

/** @param {number[]} tags @returns {Rules} */
const named = (...tags) => Object.fromEntries(tags.map((tag) => [tag, true]));

export const TIME_TAG = 0x0132;
/** Maker, model, time, rating, rating in percent. */
const FIRST_TAGS = named(0x010f, 0x0110, TIME_TAG, 0x4746, 0x4749);
/** Exposure, aperture, ISO, times with zones and fractions, bias, distances, subject, its frame, serial number, lens. */
const EXIF_TAGS = named(
  0x829a, 0x829d, 0x8827, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9204, 0x9206, 0x920a, 0x9214, 0x9290, 0x9291, 0x9292, 0xa002,
  0xa003, 0xa214, 0xa431, 0xa434,
);
const CLOCK_TAGS = named(7, 29); // of the GPS
/** Maker notes: mark, bytes before the directory, serial number and area in focus; origin of offsets and position of the order of
 * bytes, unless EXIF's. @type {[string, number, number[], number?, number?][]} */
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
const MAX_BYTES = 65_000; // of a segment

export class ExifCopy {
  /** Of malformed EXIF, what can be read. @param {Uint8Array} whole from the TIFF header on */
  constructor(whole) {
    this.tiff = whole.slice(0, MAX_BYTES);
    this.view = new DataView(this.tiff.buffer);
    this.copy = new DataView(new ArrayBuffer(this.tiff.length));
    this.end = 0;
    /** Copied tags. @type {Set<number>} */
    this.tags = new Set();
    this.orientation = 0; // unstated
    this.colourSpace = 0;
    try {
      this.#first(this.tiff[0] === 0x49);
    } catch {
      // its pixels are as good
    }
  }

  /** None without a tag. */
  get bytes() {
    return new Uint8Array(this.copy.buffer, 0, this.tags.size && this.end);
  }

  /** @param {boolean} little */
  #first(little) {
    this.#keep(0, 8);
    this.#directory(this.view.getUint32(4, little), 0, little, {
      ...FIRST_TAGS,
      0x0112: (value) => !(this.orientation = value || 1),
      0x8769: (start) =>
        this.#directory(start, 0, little, {
          ...EXIF_TAGS,
          0xa001: (value) => !(this.colourSpace = value || 1),
          0x927c: (note) => this.#makerNote(note, little),
        }),
      0x8825: (start) => this.#directory(start, 0, little, CLOCK_TAGS),
    });
  }

  /** Throws outside the EXIF. @param {number} start @param {number} size @param {number} [to] */
  #keep(start, size, to = start) {
    const target = new Uint8Array(this.copy.buffer, to, size);
    target.set(this.tiff.subarray(start, start + size));
    this.end = Math.max(this.end, to + size);
  }

  /** @param {number} start @param {number} base @param {boolean} little @param {Rules} rules */
  #directory(start, base, little, rules) {
    if (start + 6 > this.tiff.length) return false;
    const last = Math.min(start + 2 + 12 * this.view.getUint16(start, little), this.tiff.length - 12);
    let next = start + 2;
    for (let entry = next; entry < last; entry += 12) {
      if (this.#entry(entry, next, base, little, rules)) next += 12;
    }
    this.copy.setUint16(start, (next - start) / 12, little);
    this.end = Math.max(this.end, next + 4);
    return next > start + 2;
  }

  /** @param {number} entry @param {number} next @param {number} base @param {boolean} little @param {Rules} rules */
  #entry(entry, next, base, little, rules) {
    const [tag, kind] = [this.view.getUint16(entry, little), this.view.getUint16(entry + 2, little)];
    const size = this.view.getUint32(entry + 4, little) * (SIZES[kind] ?? 0);
    const start = base + (kind === SHORT ? this.view.getUint16(entry + 8, little) : this.view.getUint32(entry + 8, little));
    const rule = rules[tag];
    if (rule === true) {
      if (size === 0 || (size > 4 && start + size > this.tiff.length)) return false;
      if (size > 4) this.#keep(start, size);
    } else if (!rule?.(start, base, little)) return false;
    this.#keep(entry, 12, next);
    this.tags.add(tag);
    if (rule !== true && kind === UNDEFINED) this.copy.setUint32(next + 4, Math.min(size, this.end - start), little);
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
