// Figures and rows of facts, in the visitor's language.

import { locale, terms, units } from "./messages.js";

/** @param {number} value @param {number} [digits] after the point */
const number = (value, digits = 1) => value.toLocaleString(locale, { maximumFractionDigits: digits });

/** @param {number} value @param {string} unit of the server */
export const figure = (value, unit) => `${number(Number(value.toPrecision(3)), 3)} ${units[unit] ?? unit}`;

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return bytes < 1_000_000_000 ? `${number(bytes / 1_000_000)} MB` : `${number(bytes / 1_000_000_000)} GB`;
}

/** Rows of the panel about the camera. @param {Critique} critique @param {{width: number, height: number}} pixels
 * @param {File | null} file null for a photo of another visit @returns {[string, string][]} */
export function captureRows({ image: { capture = {} } }, { width, height }, file) {
  const { camera = "", lens = "", taken_at: taken } = capture;
  const date = taken ? new Date(taken).toLocaleString(locale, { dateStyle: "medium", timeStyle: "medium" }) : "";
  const pixels = `${width} × ${height} px, ${number((width * height) / 1e6)} MP`;
  /** @type {[string, string][]} */
  const rows = [
    [terms.camera, camera],
    [terms.lens, lens],
    [terms.exposure, exposure(capture)],
    [terms.taken, date],
    [terms.size, file ? `${pixels}, ${size(file.size)}` : pixels],
  ];
  return rows.filter(([, text]) => text);
}

/** "1/250 s · f/2.8 · ISO 400 · 85 mm · −0.7 EV" @param {Capture} capture */
function exposure({ exposure_seconds: time, f_number: aperture, iso, focal_length_mm: focal, exposure_bias_ev: bias }) {
  const facts = [];
  if (time) facts.push(time < 0.3 ? `1/${Math.round(1 / time)} s` : `${number(time)} s`);
  if (aperture) facts.push(`f/${number(aperture)}`);
  if (iso) facts.push(`ISO ${iso}`);
  if (focal) facts.push(`${Math.round(focal)} mm`);
  if (bias) facts.push(`${bias > 0 ? "+" : "−"}${number(Math.abs(bias))} EV`);
  return facts.join(" · ");
}

/** Technical details. @param {Critique} critique @param {Photo} photo
 * @param {File | null} file null for a photo of another visit @returns {[string, string][]} */
export function technicalRows({ image, provenance, probability, timings_ms: timings }, photo, file) {
  const downscaled = file && file.size !== photo.size_bytes ? terms.downscaled(size(file.size)) : "";
  return [
    [terms.uploaded, size(photo.size_bytes) + downscaled],
    [terms.decoded, `${image.format.toUpperCase()}, ${image.width} × ${image.height} px`],
    [terms.probability, number(probability, 3)],
    [terms.weights, provenance.weights_sha256.slice(0, 12)],
    [terms.preprocessing, provenance.preprocessing_digest.slice(0, 12)],
    [terms.device, provenance.device],
    [terms.time, `${Math.round(timings["total"] ?? 0)} ms`],
    [terms.id, photo.id],
  ];
}
