/** Markers of segments between scans: DHT, SOS, DQT, DNL, DRI, COM. */
const SEGMENTS = new Set([0xc4, 0xda, 0xdb, 0xdc, 0xdd, 0xfe]);
const HOLE_BYTES = 1024; // zeros, which no coded photo has

/** True for foreign bytes, a lost sector, no end: browsers draw on in silence, the server notes it. @param {Blob} photo */
export async function isDamagedJpeg(photo) {
  const start = new Uint8Array(await photo.slice(0, 2).arrayBuffer());
  return photo.size < 64e6 && start[0] === 0xff && start[1] === 0xd8 && isDamaged(new Uint8Array(await photo.arrayBuffer()));
}

/** @param {Uint8Array} bytes */
function isDamaged(bytes) {
  const sizeAt = (/** @type {number} */ at) => ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
  let at = 2;
  while (bytes[at] === 0xff && bytes[at + 1] !== 0xda) at += bytes[at + 1] === 0xff ? 1 : 2 + sizeAt(at + 2);
  for (let next = at; next >= 0; next = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[next + 1] ?? 1;
    if (next - at > HOLE_BYTES && hasHole(bytes.subarray(at, next))) return true;
    if (marker === 0xd9) return false;
    if (SEGMENTS.has(marker)) at = next + 1 + sizeAt(next + 2);
    else if (marker === 0 || marker === 0xff || (marker & 0xf8) === 0xd0) at = next;
    else return true;
  }
  return true;
}

/** @param {Uint8Array} bytes */
function hasHole(bytes) {
  let zeros = 0;
  return bytes.some((byte) => (zeros = byte === 0 ? zeros + 1 : 0) === HOLE_BYTES);
}
