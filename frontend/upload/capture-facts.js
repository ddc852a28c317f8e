// EXIF and XMP of the original for a downscaled JPEG, which a canvas writes without. Never the place.

import { TIME_TAG } from "./exif-copy.js";

/** @type {[string, string, string[]][]} Prefix, namespace, properties. */
const XMP_PROPERTIES = [
  ["xmp", "http://ns.adobe.com/xap/1.0/", ["Rating", "CreateDate"]],
  ["xmpDM", "http://ns.adobe.com/xmp/1.0/DynamicMedia/", ["pick", "good"]],
  ["digiKam", "http://www.digikam.org/ns/1.0/", ["PickLabel"]],
  ["MicrosoftPhoto", "http://ns.microsoft.com/photo/1.0/", ["Rating"]],
  ["acdsee", "http://ns.acdsee.com/iptc/1.0/", ["rating"]],
  ["critic", "https://photo-critic.github.io/ns/1.0/", ["rating"]],
  ["exif", "http://ns.adobe.com/exif/1.0/", ["DateTimeOriginal"]],
  ["photoshop", "http://ns.adobe.com/photoshop/1.0/", ["DateCreated"]],
];

/** @param {Blob} jpeg @param {Metadata} metadata of the original */
export function withCaptureFacts(jpeg, { text, exif, packet }) {
  const values = xmpValues(packet);
  if (!exif.tags.has(TIME_TAG)) values["xmp:CreateDate"] ||= pngTime(text);
  if (exif.orientation > 1) values["critic:orientation"] = `${exif.orientation}`; // the origin of areas in EXIF
  const segments = [...segment("Exif\0\0", exif.bytes), ...segment("http://ns.adobe.com/xap/1.0/\0", encodeXmp(values))];
  return new Blob([jpeg.slice(0, 2), ...segments, jpeg.slice(2)], { type: jpeg.type });
}

/** The creation time of a PNG's text; empty without. @param {string} text */
function pngTime(text) {
  const found = /(.)tEXt(Creation ?Time\0)/s.exec(text);
  if (!found?.[1] || !found[2]) return "";
  const start = found.index + 5;
  return text.slice(start + found[2].length, start + found[1].charCodeAt(0)).replace(/[^\w:+. -]/g, "");
}

/** @param {string} packet @returns {{[name: string]: string | null}} */
const xmpValues = (packet) =>
  Object.fromEntries(XMP_PROPERTIES.flatMap(([prefix, uri, names]) => names.map((name) => [`${prefix}:${name}`, valueOf(packet, uri, name)])));

/** @param {{[name: string]: string | null}} values */
function encodeXmp(values) {
  const properties = Object.entries(values).flatMap(([name, value]) => (value ? `${name}="${value}"` : []));
  if (properties.length === 0) return "";
  const declared = XMP_PROPERTIES.map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`);
  const description = `<rdf:Description rdf:about="" ${[...declared, ...properties].join(" ")}/>`;
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${description}</rdf:RDF></x:xmpmeta>`;
}

/** A simple property, by any prefix. @param {string} packet @param {string} uri @param {string} name */
function valueOf(packet, uri, name) {
  for (const [, prefix, namespace] of packet.matchAll(/xmlns:([\w.-]+)\s*=\s*["']([^"']+)["']/g)) {
    const property = new RegExp(`\\b${prefix}:${name}(?:\\s*=\\s*["']|>)\\s*([-+\\w:.]{1,40})`);
    const value = namespace === uri && property.exec(packet)?.[1];
    if (value) return value;
  }
  return null;
}

/** An APP1 segment; none without a body. @param {string} header @param {string | Uint8Array<ArrayBuffer>} body */
function segment(header, body) {
  const size = 2 + header.length + body.length;
  return body.length > 0 ? [new Uint8Array([0xff, 0xe1, size >> 8, size & 0xff]), header, body] : [];
}
