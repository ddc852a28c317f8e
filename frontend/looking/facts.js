// What stands under "Details": what was sent, what looked at it, how long it took.

import { size } from "../page/words.js";

const TIMED = ["load", "decode", "measure", "fingerprint", "prepare", "infer", "preview"];

/** The first digits of a digest: enough to compare two by eye. @param {string} digest */
const short = (digest) => digest.slice(0, 12);

/**
 * @param {import("../contracts.js").Critique} critique
 * @param {import("../contracts.js").Photo} photo
 * @param {File | null} file as it was chosen, when this page knows it
 * @returns {{term: string, text: string}[]}
 */
export function facts({ image, provenance, probability, timings_ms: timings }, photo, file) {
  const shrunk = file && file.size !== photo.size_bytes ? `, shrunk from ${size(file.size)}` : "";
  return [
    { term: "Sent", text: size(photo.size_bytes) + shrunk },
    { term: "Seen by the critic", text: `${image.format.toUpperCase()}, ${image.width} × ${image.height} px` },
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
  const stages = TIMED.map((stage) => `${stage} ${Math.round(timings[stage] ?? 0)}`);
  return `${Math.round(timings["total"] ?? 0)} ms (${stages.join(", ")})`;
}
