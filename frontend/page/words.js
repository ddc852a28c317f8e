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
  tooLate: "Photos have arrived, but their scores are taking unusually long.",
  busyTooLong: "The server is full and takes no more photos at the moment.",
  unreadableFile: "The browser cannot read this file. Perhaps it was moved, or it is a folder.",
  /** @param {number} status */
  strangeAnswer: (status) => `The server gave an answer this page does not understand (status ${status}).`,
  unforeseen: "Something went wrong on this page. Trying again may help.",
  noPreview: "No preview",
  cardsUnknown: "The description of the model could not be fetched.",
  keyWanted: "This server asks for an API key.",
  keyWrong: "That key is not one this server knows.",
  lost: "The connection to the server was lost. It is tried again by itself; nothing is forgotten.",
  gone: "This album is no longer on the server: it was forgotten, or its time ran out.",
  pageIncomplete: "The page could not be loaded completely. Check the network, then reload it.",
  nothingToUndo: "There is nothing to undo.",
  markMore: "Mark two to four photos with M to compare them, or choose one that has near duplicates.",
  /** @param {number} count */
  unread: (count) =>
    `${photos(count)} had not been read when this page was closed. Choose the same files again: only these are sent.`,
  /** @param {number} count */
  leftOut: (count) => `${files(count)} that ${count === 1 ? "is no photo was" : "are no photos were"} left out.`,
  /** @param {number} count */
  hereAlready: (count) => `${photos(count)} ${count === 1 ? "was" : "were"} here already.`,
  /** @param {string} date */
  kept: (date) => `Photos, scores and decisions are kept on the server until ${date}, unless you forget them before.`,
};

/** @typedef {"pending" | "shrinking" | "ready" | "uploading" | "retrying" | "busy" | "waiting" | "scored" | "failed"} Stage */

/** @type {Record<Stage, string>} */
export const stages = {
  pending: "Waiting its turn",
  shrinking: "Shrinking",
  ready: "Ready to upload",
  uploading: "Uploading",
  retrying: "Connection lost, trying again",
  busy: "The server is busy, waiting",
  waiting: "Waiting for the score",
  scored: "Scored",
  failed: "Could not be scored",
};

/** @param {number} count */
export const photos = (count) => (count === 1 ? "One photo" : `${count.toLocaleString("en")} photos`);
/** @param {number} count */
const files = (count) => (count === 1 ? "One file" : `${count.toLocaleString("en")} files`);

/** @param {{percentile: number}} critique @param {string} [reference] */
export function percentileSentence({ percentile }, reference) {
  const share = Math.round(percentile);
  const those = reference ? ` (${reference})` : "";
  if (share <= 0) return `Scored lower than all reference photos${those}.`;
  if (share >= 100) return `Scored higher than all reference photos${those}.`;
  return `Scored higher than ${share} % of the reference photos${those}.`;
}

/** @param {{label: string}} critique */
export const labelSentence = ({ label }) => `Rather ${label}`;

/** @param {import("../contracts.js").Critique} critique */
export const modelSentence = ({ provenance }) => `Model ${provenance.model}, version ${provenance.version}`;

/** `white_balance` → `White balance` @param {string} name */
export function heading(name) {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** @typedef {ReturnType<import("../album/album.js").Album["counts"]>} Counts */

/** "12 of 14 scored, 1 could not be" @param {Counts} counts */
export function summary({ all, scored, failed }) {
  const done = scored === all ? `${photos(all)} scored` : `${scored.toLocaleString("en")} of ${all.toLocaleString("en")} scored`;
  return failed ? `${done}, ${failed} could not be` : done;
}

/** "14 photos a second, 20 seconds left" @param {{perSecond: number, secondsLeft: number}} pace */
export function paceSentence({ perSecond, secondsLeft }) {
  const rate = perSecond >= 10 ? Math.round(perSecond) : Number(perSecond.toFixed(1));
  const left = secondsLeft < 90 ? seconds(1000 * secondsLeft) : `${Math.round(secondsLeft / 60)} minutes`;
  return `${rate} photos a second, ${left} left`;
}

/** @param {{chosen: number, sent: number}} bytes */
export const savedSentence = ({ chosen, sent }) => `Sent ${size(sent)} instead of ${size(chosen)}.`;

/** What a screen reader says of a photo in the grid.
 * @param {import("../album/album.js").Item} item @param {string | null} verdict @param {number} stack photos on its stack */
export function spoken({ name, stage, summary: told, decision }, verdict, stack) {
  const said = [name, told ? `score ${Math.round(told.score)} of 100, ${labelSentence(told).toLowerCase()}` : stages[stage]];
  if (decision?.flag) said.push(decision.flag === "pick" ? "picked by you" : "rejected by you");
  else if (verdict) said.push(verdictWords[verdict] ?? "");
  if (decision?.stars) said.push(decision.stars === 1 ? "one star" : `${decision.stars} stars`);
  if (stack > 1) said.push(`best of ${stack} alike`);
  return said.join(", ");
}

/** @type {Record<string, string>} */
export const verdictWords = { keep: "proposed to keep", maybe: "perhaps", reject: "not among those to keep" };

/** @param {import("../album/album.js").Item} item */
export function decidedSentence({ name, decision }) {
  if (!decision?.flag && !decision?.stars) return `${name}: no decision`;
  const flag = decision.flag === "pick" ? "picked" : decision.flag === "reject" ? "rejected" : "";
  const stars = decision.stars ? `${decision.stars} of 5 stars` : "";
  return `${name}: ${[flag, stars].filter(Boolean).join(", ")}`;
}
