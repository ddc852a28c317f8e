// Technical details of a critique: upload, model, timings.

import { size } from "../text/messages.js";

const TIMED_STAGES = ["load", "decode", "measure", "fingerprint", "prepare", "infer", "preview"];

/** The first digits of a digest, for a comparison by eye. @param {string} digest */
const short = (digest) => digest.slice(0, 12);

/**
 * @param {import("../contracts.js").Critique} critique
 * @param {import("../contracts.js").Photo} photo
 * @param {File | null} file null for a photo of another visit
 * @returns {{term: string, text: string}[]}
 */
export function facts({ image, provenance, probability, timings_ms: timings }, photo, file) {
  const downscaled = file && file.size !== photo.size_bytes ? `, downscaled from ${size(file.size)}` : "";
  return [
    { term: "Uploaded", text: size(photo.size_bytes) + downscaled },
    { term: "Decoded", text: `${image.format.toUpperCase()}, ${image.width} × ${image.height} px` },
    { term: "Probability", text: probability.toFixed(3) },
    { term: "Weights", text: short(provenance.weights_sha256) },
    { term: "Preprocessing", text: short(provenance.preprocessing_digest) },
    { term: "Computed on", text: provenance.device },
    { term: "Time", text: timeSentence(timings) },
    { term: "Photo id", text: photo.id },
  ];
}

/** @param {Record<string, number>} timings milliseconds */
function timeSentence(timings) {
  const stages = TIMED_STAGES.map((stage) => `${stage} ${Math.round(timings[stage] ?? 0)}`);
  return `${Math.round(timings["total"] ?? 0)} ms (${stages.join(", ")})`;
}
