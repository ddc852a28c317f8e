// Every sentence of the page that is not in index.html or told by the server.

/** @param {number} milliseconds */
const seconds = (milliseconds) => {
  const count = Math.max(1, Math.round(milliseconds / 1000));
  return count === 1 ? "one second" : `${count} seconds`;
};

export const sentences = {
  connectionLost: "The connection to the server was lost. Check the network, then try again.",
  /** @param {number} milliseconds */
  noAnswer: (milliseconds) => `The server did not answer within ${seconds(milliseconds)}.`,
  tooLate: "The photo has arrived, but its score is taking unusually long.",
  unreadableFile: "The browser cannot read this file. Perhaps it was moved, or it is a folder.",
  /** @param {number} status */
  strangeAnswer: (status) => `The server gave an answer this page does not understand (status ${status}).`,
  unforeseen: "Something went wrong on this page. Trying again may help.",
  noPreview: "No preview",
  previewLater: "Your browser cannot show this format. The preview comes with the score.",
  cardsUnknown: "The description of the model could not be fetched.",
  keyWanted: "This server asks for an API key.",
  keyWrong: "That key is not one this server knows.",
};

export const stages = {
  pending: "Waiting its turn",
  shrinking: "Shrinking",
  ready: "Ready to upload",
  uploading: "Uploading",
  busy: "The server is busy: trying again in a moment",
  waiting: "Waiting for the score",
};

/** @typedef {keyof typeof stages} Stage */

/** What an error's way out is called on its button. @param {string} code */
export const retryWord = (code) => (code === "too_late" ? "Keep waiting" : "Try again");

/** @param {import("./contracts.js").Critique} critique */
export function percentileSentence({ percentile, reference }) {
  const share = Math.round(percentile);
  if (share <= 0) return `Scored lower than all reference photos (${reference}).`;
  if (share >= 100) return `Scored higher than all reference photos (${reference}).`;
  return `Scored higher than ${share} % of the reference photos (${reference}).`;
}

/** @param {import("./contracts.js").Critique} critique */
export const labelSentence = ({ label }) => `Rather ${label}`;

/** @param {import("./contracts.js").Critique} critique */
export const modelSentence = ({ provenance }) => `Model ${provenance.model}, version ${provenance.version}`;

/** `white_balance` → `White balance` @param {string} name */
export function heading(name) {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/**
 * What was sent, told beside what was chosen.
 * @param {File} file
 * @param {import("./shrink.js").Parcel} parcel
 */
export function sentSentence(file, parcel) {
  if (!parcel.shrunk) return `The original, ${size(file.size)}`;
  const { width, height } = parcel.shrunk;
  return `${width} × ${height} px, ${size(parcel.blob.size)}, shrunk from ${size(file.size)}`;
}

/**
 * "12 of 14 scored, 1 could not be."
 * @param {{all: number, scored: number, failed: number}} counts
 */
export function summary({ all, scored, failed }) {
  if (all === 0) return "";
  const done = all === 1 && scored === 1 ? "Scored" : `${scored} of ${all} scored`;
  return failed ? `${done}, ${failed} could not be` : done;
}
