import { ExifCopy } from "./exif-copy.js";

const EDGE_BYTES = 1 << 20; // metadata stand before or behind the pixels
const BEFORE_TIFF = /(?:Exif\0\0|eXIf|EXIF)(?:|.{4}|.{10})(?=II|MM)/s;
const PACKET = /<(?:x:x[am]pmeta|rdf:RDF)[^]*?<\/rdf:RDF>/;

/** Throws for a file that the browser may not read. @param {Blob} photo */
export async function readMetadata(photo) {
  const edges = new Blob([photo.slice(0, EDGE_BYTES), photo.slice(Math.max(EDGE_BYTES, photo.size - EDGE_BYTES))]);
  const bytes = new Uint8Array(await edges.arrayBuffer());
  const text = new TextDecoder("latin1").decode(bytes);
  const before = BEFORE_TIFF.exec(text);
  const tiff = before ? bytes.subarray(before.index + before[0].length) : new Uint8Array();
  return { text, exif: new ExifCopy(tiff), packet: PACKET.exec(text)?.[0] ?? "" };
}
