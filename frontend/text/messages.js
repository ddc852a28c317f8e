// The sentences of the page, except those in index.html and those of the server.

/** @param {number} milliseconds */
const seconds = (milliseconds) => {
  const count = Math.max(1, Math.round(milliseconds / 1000));
  return count === 1 ? "one second" : `${count} seconds`;
};

export const sentences = {
  connectionLost: "The connection to the server was lost. Check the network, then try again.",
  /** @param {number} milliseconds */
  responseTimeout: (milliseconds) => `The server did not answer within ${seconds(milliseconds)}.`,
  scoresLate: "Photos have arrived, but their scores are taking unusually long.",
  overloadedTooLong: "The server is overloaded and accepts no more photos at the moment.",
  unreadableFile: "The browser cannot read this file. Perhaps it was moved, or it is a folder.",
  /** @param {number} status */
  unexpectedResponse: (status) => `The page does not understand the response of the server (status ${status}).`,
  pageError: "The page had an unexpected error. Trying again may help.",
  noPreview: "No preview",
  mapPending: "The map of the score is being computed.",
  mapLegend: "Orange raises the score, blue lowers it. H hides the map.",
  mapHidden: "The map of the score is hidden.",
  modelsUnavailable: "The description of the models could not be loaded.",
  missingKey: "This server requires an API key.",
  invalidKey: "The server does not know this key.",
  reconnecting: "The connection to the server was lost. The page reconnects automatically; nothing is lost.",
  albumDeleted: "The server no longer has this album: it was deleted or has expired.",
  pageIncomplete: "The page could not be loaded completely. Check the network, then reload it.",
  unsavedDecisions: "The page stores your decisions and saves them later.",
  nothingToUndo: "There is nothing to undo.",
  markMore: "Nothing to compare: mark two to six photos with M, or choose one that has near duplicates.",
  accepted: "The proposal is accepted. U undoes it.",
  /** @param {number} shown @param {number} all */
  compared: (shown, all) => `${shown} of ${all}, the best first`,
  /** @param {number} count */
  notUploaded: (count) =>
    `${photos(count)} ${count === 1 ? "was" : "were"} not uploaded before the page was closed. Choose the same files again: the page uploads only these.`,
  /** @param {number} count */
  skipped: (count) => `Skipped ${files(count)} that ${count === 1 ? "is no photo" : "are no photos"}.`,
  /** @param {number} count */
  duplicates: (count) => `Skipped ${photos(count).toLowerCase()} that the album already has.`,
  /** @param {string} date */
  expires: (date) => `The server stores photos, scores and decisions until ${date}, unless you delete them before.`,
};

/** @typedef {"pending" | "downscaling" | "ready" | "uploading" | "retrying" | "overloaded" | "waiting" | "scored" | "failed"} Stage */

/** @type {Record<Stage, string>} */
export const stages = {
  pending: "Waiting for its turn",
  downscaling: "Downscaling",
  ready: "Ready to upload",
  uploading: "Uploading",
  retrying: "Connection lost, retrying",
  overloaded: "The server is overloaded, waiting",
  waiting: "Waiting for the score",
  scored: "Scored",
  failed: "Could not be scored",
};

/** @param {number} count */
export const photos = (count) => (count === 1 ? "One photo" : `${count.toLocaleString("en")} photos`);
/** @param {number} count */
const files = (count) => (count === 1 ? "one file" : `${count.toLocaleString("en")} files`);

/** @param {{percentile: number}} critique @param {string} [reference] */
export function percentileSentence({ percentile }, reference) {
  const share = Math.round(percentile);
  const source = reference ? ` (${reference})` : "";
  if (share <= 0) return `Scored lower than all reference photos${source}.`;
  if (share >= 100) return `Scored higher than all reference photos${source}.`;
  return `Scored higher than ${share} % of the reference photos${source}.`;
}

/** @param {{label: string}} critique */
export const labelSentence = ({ label }) => `Rather ${label}`;

/** @param {import("../contracts.js").Critique} critique */
export function intervalSentence({ interval, kind }) {
  const range = interval ? `Ratings by people: probably ${Math.round(interval.low)} to ${Math.round(interval.high)}` : "";
  const doubt = interval && !interval.conclusive ? ", so the model cannot tell the better half" : "";
  const subject = kind ? ` Looks like: ${kind}.` : "";
  return interval ? `${range}${doubt}.${subject}` : subject.trim();
}

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

/** "12 of 14 scored, 1 failed" @param {Counts} counts */
export function summary({ all, scored, failed }) {
  const done = scored === all ? `${photos(all)} scored` : `${scored.toLocaleString("en")} of ${all.toLocaleString("en")} scored`;
  return failed ? `${done}, ${failed} failed` : done;
}

/** "14 photos a second, 20 seconds left" @param {{perSecond: number, secondsLeft: number}} throughput */
export function throughputSentence({ perSecond, secondsLeft }) {
  const rate = perSecond >= 10 ? Math.round(perSecond) : Number(perSecond.toFixed(1));
  const left = secondsLeft < 90 ? seconds(1000 * secondsLeft) : `${Math.round(secondsLeft / 60)} minutes`;
  return `${rate} photos a second, ${left} left`;
}

/** @param {{original: number, uploaded: number}} bytes */
export const downscalingSentence = ({ original, uploaded }) => `Uploaded ${size(uploaded)} instead of ${size(original)}.`;

/** The accessible name of a photo.
 * @param {import("../album/album.js").Item} item @param {string | null} verdict @param {number} stack photos in its stack */
export function accessibleName({ name, stage, summary: score, decision, favourites }, verdict, stack) {
  const facts = [name, score ? `score ${Math.round(score.score)} of 100, ${labelSentence(score).toLowerCase()}` : stages[stage]];
  if (decision?.flag) facts.push(decision.flag === "pick" ? "picked by you" : "rejected by you");
  else if (verdict) facts.push(verdictNames[verdict] ?? "");
  if (decision?.stars) facts.push(decision.stars === 1 ? "one star" : `${decision.stars} stars`);
  if (favourites) facts.push(favourites === 1 ? "favourite of a client" : `favourite of ${favourites} clients`);
  if (stack > 1) facts.push(`best of ${stack} alike`);
  return facts.join(", ");
}

/** @type {Record<string, string>} */
export const verdictNames = { keep: "proposed to keep", maybe: "perhaps", reject: "not among those to keep" };

/** "DSC_1.jpg: picked, 4 of 5 stars", "DSC_1.jpg and 3 more: rejected" @param {import("../album/album.js").Item[]} items */
export function decidedSentence([item, ...rest]) {
  if (!item) return "";
  const { name, decision } = item;
  const subject = rest.length ? `${name} and ${rest.length} more` : name;
  if (!decision?.flag && !decision?.stars) return `${subject}: no decision`;
  const flag = decision.flag === "pick" ? "picked" : decision.flag === "reject" ? "rejected" : "";
  const stars = decision.stars ? `${decision.stars} of 5 stars` : "";
  return `${subject}: ${[flag, stars].filter(Boolean).join(", ")}`;
}

/** "34 of 237 · 12 kept · 28 to go" @param {{pictures: number, decided: number, picked: number}} counts @param {number} keep */
export const tally = ({ pictures, decided, picked }, keep) =>
  `${decided} of ${pictures} · ${picked}` + " kept · " + `${Math.max(0, keep - picked)} to go`;

/** @param {{at_risk?: import("../contracts.js").KeepersAtRisk | null} | null} head of a selection */
export function riskSentence(head) {
  const risk = head?.at_risk;
  if (!risk || risk.high === 0) return "";
  return `People would keep about ${Math.round(risk.expected)} of the dropped pictures (${risk.low} to ${risk.high}).`;
}

/** @param {number} keepers photos @param {number} dropped pictures */
export const acceptSentence = (keepers, dropped) =>
  keepers + dropped === 0
    ? "Every picture has a decision already."
    : `The proposal picks ${photos(keepers).toLowerCase()} and rejects ${dropped.toLocaleString("en")} pictures without a decision.`;

/** "Link of 27 November 2026, with hearts, with PIN" @param {import("../contracts.js").Share} share */
export function shareSentence({ created_at: created, expires_at: expires, favourites, originals, pin_required: pin }) {
  const date = (/** @type {string} */ moment) => new Date(moment).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
  const facts = [`Link of ${date(created)}, until ${date(expires)}`];
  if (favourites) facts.push("with hearts");
  if (originals) facts.push("with originals");
  if (pin) facts.push("with PIN");
  return facts.join(", ");
}
