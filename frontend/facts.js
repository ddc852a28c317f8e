// What stands under "Details": what was sent, what looked at it, how long it took.

import { sentSentence } from "./words.js";

const TIMED = ["load", "decode", "measure", "fingerprint", "prepare", "infer", "preview"];

/** The first digits of a digest: enough to compare two by eye. @param {string} digest */
const short = (digest) => digest.slice(0, 12);

/**
 * @param {import("./contracts.js").Critique} critique
 * @param {import("./journey.js").Journey} journey
 * @returns {{term: string, text: string}[]}
 */
export function facts({ image, provenance, probability, timings_ms: timings }, { file, parcel, photoId }) {
  return [
    { term: "Sent", text: parcel ? sentSentence(file, parcel) : "" },
    { term: "Seen by the critic", text: `${image.format.toUpperCase()}, ${image.width} × ${image.height} px` },
    { term: "Probability", text: probability.toFixed(3) },
    { term: "Weights", text: short(provenance.weights_sha256) },
    { term: "Preprocessing", text: short(provenance.preprocessing_digest) },
    { term: "Computed on", text: provenance.device },
    { term: "Time", text: timeSentence(timings) },
    { term: "Photo id", text: photoId ?? "" },
  ];
}

/** @param {Record<string, number>} timings milliseconds */
function timeSentence(timings) {
  const stages = TIMED.map((stage) => `${stage} ${Math.round(timings[stage] ?? 0)}`);
  return `${Math.round(timings["total"] ?? 0)} ms (${stages.join(", ")})`;
}
