// English: the texts of the page and of the gallery, except those in the HTML files and those of the server.

/** @type {string} */
export const locale = "en";

/** Texts of the HTML files by the English ones: none differs. @type {Record<string, string>} */
export const page = {};

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
  close: "Close",
  reload: "Reload",
  startOver: "Start over",
  tryAgain: "Try again",
  delete: "Delete",
  revoke: "Revoke",
  source: "Source",
  deletePhoto: "Delete this photo",
  yourDecision: "Your decision",
  /** @param {string} verdict */
  inThisAlbum: (verdict) => `In this album: ${verdictNames[verdict]}`,
  /** @param {number} count */
  failedChip: (count) => `⚠ ${count} failed`,
  /** @param {number} count */
  failedTitle: (count) => (count === 1 ? "One photo could not be scored" : `${count} photos could not be scored`),
  /** @param {number} count */
  more: (count) => `and ${count} more`,
  pauseUploads: "Pause uploads",
  resumeUploads: "Resume uploads",
  uploadsPaused: "Uploads are paused",
  overloadedWaiting: "The server is overloaded: waiting",
  preparingFile: "Preparing the file…",
  exported: "Done: the file is among your downloads.",
  copied: "The names are copied.",
  unnamedAlbum: "Untitled",
  undo: "Undo",
  markToMerge: "Mark two photos or more with M: G makes them one moment.",
  /** @param {number} count */
  merged: (count) => `The moments of ${count} photos are merged.`,
  /** @param {number} count */
  separated: (count) => `${photos(count)} ${count === 1 ? "is" : "are"} now a separate moment.`,
  /** @param {number} count */
  shown: (count) => `${photos(count)} shown`,
  /** @param {number} keep @param {number} pictures */
  keepOf: (keep, pictures) => `${keep} of ${pictures}`,
  /** @param {number} count */
  stars: (count) => (count === 1 ? "One star" : `${count} stars`),
  marked: "compare",
  /** @param {number} count @param {string} dataset */
  scoresRelativeTo: (count, dataset) => `Scores are relative to ${count} photos of ${dataset}.`,
  /** @param {string} role @param {number} count @param {string} licence */
  dataset: (role, count, licence) => ` ${role}, ${count} photos. ${licence}. `,
  layerPending: "Being computed…",
  layerHidden: "Hidden.",
  mapLegend: "Orange raises the score, blue lowers it. H hides the map.",
  clippingLegend: "Red: a colour is lost in highlights. Blue: black shadows. J hides them.",
  focusLegend: "Green: the finest detail of your file. F hides it.",
  measuredFocusLegend: "Green: the finest detail of the uploaded copy. F hides it.",
  preview: "Preview",
  sidecar: "XMP sidecar",
  noSuggestion: "No suggestion: no change would gain more than noise.",
  suggestionsLegend: "Measured on changed copies; the photo stays as it is. V hides them.",
  noFocus: "The focus of this photo was not measured.",
  info: "Camera and tones",
  histogram: "Histogram of the photo, before that of the shoot",
  compare: "Compare",
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
export const photos = (count) => (count === 1 ? "One photo" : `${count.toLocaleString(locale)} photos`);
/** @param {number} count */
const files = (count) => (count === 1 ? "one file" : `${count.toLocaleString(locale)} files`);

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

/** @param {Critique} critique */
export function intervalSentence({ interval, kind }) {
  const range = interval ? `Ratings by people: probably ${Math.round(interval.low)} to ${Math.round(interval.high)}` : "";
  const doubt = interval && !interval.conclusive ? ", so the model cannot tell the better half" : "";
  const subject = kind ? ` Looks like: ${kind}.` : "";
  return interval ? `${range}${doubt}.${subject}` : subject.trim();
}

/** 1 → "1st" @param {number} number */
function ordinal(number) {
  const endings = new Intl.PluralRules(locale, { type: "ordinal" });
  /** @type {Record<string, string>} */
  const suffixes = { "one": "st", "two": "nd", "few": "rd", "other": "th" };
  return number.toLocaleString(locale) + suffixes[endings.select(number)];
}

/** @type {Record<string, string>} */
const kinds = {
  people: "with people", animal: "of animals", food: "of food", landscape: "landscapes", plant: "of plants",
  building: "of buildings", interior: "interiors", vehicle: "of vehicles", object: "of objects", text: "of text",
}; // prettier-ignore

/** "12th of 237 · 3rd of 43 with people" @param {Standing} standing */
export function rankSentence({ rank, pictures, kind, rankInKind, ofKind, frame, frames }) {
  if (frame > 1) return `${ordinal(frame)} of ${frames} of its moment`;
  const inKind = kind && kinds[kind] && ofKind > 1 && ofKind < pictures ? ` · ${ordinal(rankInKind)} of ${ofKind} ${kinds[kind]}` : "";
  return `${ordinal(rank)} of ${pictures.toLocaleString(locale)}${inKind}`;
}

/** @param {{score: number}} critique */
export const scoreSentence = ({ score }) => `Score ${Math.round(score)} of 100`;

/** @param {Item} item */
export const betterFrameName = ({ name }) => `Better: ${name}`;

/** @type {Record<EyeState, string>} */
export const eyeMarks = { open: "◉ open", closed: "◡ closed", unknown: "? unclear" };
/** @param {number} number */
export const faceName = (number) => `Face ${number} at 100 %: `;

/** @param {number} degrees positive: turned clockwise */
export const tiltSentence = (degrees) =>
  Math.abs(degrees) < 0.5 ? "level" : `${Math.abs(degrees).toFixed(1)}° ${degrees > 0 ? "clockwise" : "anticlockwise"}`;

/** @param {string} name @param {string} version */
export const modelName = (name, version) => `Model ${name}, version ${version}`;

/** @param {Gain} gain */
export const gainSentence = ({ percent, gain, gain_low: low, gain_high: high }) =>
  low <= 0 ? "The straight edges agree; the score sees no clear difference." : `${Math.round(percent)} → ${Math.round(percent + gain)} % likely to please: ${gain.toFixed(1)} points (95 %: ${low.toFixed(1)} to ${high.toFixed(1)})`;

/** @param {Taste} taste */
export function tasteSentence({ enabled, state, decisions, held_out: heldOut }) {
  if (!enabled) return "Off: the common score ranks.";
  if (state === "too_few") return `Not in use: it needs 50 decided pictures, 10 picks, 10 rejects and 10 scenes at least. Decided: ${decisions}.`;
  const { taste = 0, common = 0, gain_low: low = 0, gain_high: high = 0 } = heldOut ?? {};
  const use = state === "proven" ? "In use" : "Not in use, no gain is proven";
  const percent = (/** @type {number} */ share) => Math.round(100 * share);
  return `${use}: of held-out pairs, it orders ${percent(taste)} % as you did, the common score ${percent(common)} % (gain ${percent(low)} to ${percent(high)} points, 95 %). Pictures decided: ${decisions}.`;
}

// texts of the server, by their codes

/** @param {{code: string, sentence: string}} reason */
export const reasonSentence = ({ sentence }) => sentence;

/** @param {Suggestion} suggestion */
export const suggestionSentence = ({ sentence }) => sentence;

/** @param {string} _code @param {string} detail of the server's error */
export const problemSentence = (_code, detail) => detail;

/** @type {Record<Level, string>} */
export const levelNames = { low: "low", usual: "usual", high: "high" };

/** `white_balance` → `White balance` @param {string} name */
export function heading(name) {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "12 of 14 scored, 1 failed" @param {AlbumCounts} counts */
export function summary({ all, scored, failed }) {
  const done = scored === all ? `${photos(all)} scored` : `${scored.toLocaleString(locale)} of ${all.toLocaleString(locale)} scored`;
  return failed ? `${done}, ${failed} failed` : done;
}

/** "14 photos a second, 20 seconds left" @param {{perSecond: number, secondsLeft: number}} throughput */
export function throughputSentence({ perSecond, secondsLeft }) {
  const rate = perSecond >= 10 ? Math.round(perSecond) : Number(perSecond.toFixed(1));
  const left = secondsLeft < 90 ? seconds(1000 * secondsLeft) : `${Math.round(secondsLeft / 60)} minutes`;
  return `${rate} photos a second, ${left} left`;
}

/** @param {string} uploaded @param {string} original sizes */
export const downscalingSentence = (uploaded, original) => `Uploaded ${uploaded} instead of ${original}.`;

/** Terms of rows of facts. */
export const terms = {
  camera: "Camera",
  lens: "Lens",
  exposure: "Exposure",
  taken: "Taken",
  size: "Size",
  uploaded: "Uploaded",
  /** @param {string} size of the visitor's file */
  downscaled: (size) => `, downscaled from ${size}`,
  decoded: "Decoded",
  probability: "Probability",
  weights: "Weights",
  preprocessing: "Preprocessing",
  device: "Computed on",
  time: "Time",
  id: "Photo id",
};

/** The server's units in this language: the same. @type {Record<string, string>} */
export const units = {};

/** The accessible name of a photo.
 * @param {Item} item @param {string | null} verdict @param {number} stack photos in its stack */
export function accessibleName({ name, stage, summary: score, decision, favourites }, verdict, stack) {
  const facts = [name, score ? `score ${Math.round(score.score)} of 100, ${labelSentence(score).toLowerCase()}` : stages[stage]];
  if (decision?.flag) facts.push(decision.flag === "pick" ? "picked by you" : "rejected by you");
  else if (verdict) facts.push(verdictNames[verdict] ?? "");
  if (decision?.stars) facts.push(decision.stars === 1 ? "one star" : `${decision.stars} stars`);
  if (favourites) facts.push(favourites === 1 ? "favourite of a client" : `favourite of ${favourites} clients`);
  if (stack > 1) facts.push(`best of ${stack} alike`);
  return facts.join(", ");
}

/** On a photo of the grid, by shape. @type {Record<string, string>} */
export const verdictMarks = { keep: "● keep", maybe: "◐", reject: "○" };
/** @type {Record<Flag, string>} */
export const flagMarks = { pick: "✓ picked", reject: "✕ rejected" };

/** @type {Record<string, string>} */
const verdictNames = { keep: "proposed to keep", maybe: "perhaps", reject: "not among those to keep" };

/** "DSC_1.jpg: picked, 4 of 5 stars", "DSC_1.jpg and 3 more: rejected" @param {Item[]} items */
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

/** @param {{at_risk?: KeepersAtRisk | null} | null} head of a selection */
export function riskSentence(head) {
  const risk = head?.at_risk;
  if (!risk || risk.high === 0) return "";
  return `People would keep about ${Math.round(risk.expected)} of the dropped pictures (${risk.low} to ${risk.high}).`;
}

/** @param {number} keepers photos @param {number} dropped pictures */
export const acceptSentence = (keepers, dropped) =>
  keepers + dropped === 0
    ? "Every picture has a decision already."
    : `The proposal picks ${photos(keepers).toLowerCase()} and rejects ${dropped.toLocaleString(locale)} pictures without a decision.`;

/** @param {number} keepers */
export const exportSentence = (keepers) =>
  `Keepers: ${photos(keepers).toLowerCase()}, those you picked and the best of the rest. Rejected photos are excluded.`;

/** @param {number} keepers @param {number} reduced copies by this page */
export function zipSentence(keepers, reduced) {
  if (reduced === 0) return "the uploaded files, as they are";
  const rest = keepers > reduced ? `, and ${files(keepers - reduced)} as uploaded` : "";
  const copies = reduced === 1 ? "one copy of 1024 pixels, not your original" : `${reduced} copies of 1024 pixels, not your originals`;
  return copies + rest;
}

/** "Link of 27 November 2026, with hearts, with PIN" @param {Share} share */
export function shareSentence({ created_at: created, expires_at: expires, favourites, originals, pin_required: pin }) {
  const date = (/** @type {string} */ moment) => new Date(moment).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
  const facts = [`Link of ${date(created)}, until ${date(expires)}`];
  if (favourites) facts.push("with hearts");
  if (originals) facts.push("with originals");
  if (pin) facts.push("with PIN");
  return facts.join(", ");
}

/** The gallery of a share link. */
export const gallerySentences = {
  untitled: "Shared photos",
  noLink: "This address is incomplete: open the whole link that you received.",
  noPhotos: "There are no photos here yet.",
  notSaved: "The heart could not be saved.",
  noOriginal: "The photo could not be downloaded.",
  /** @param {number} count */
  photos: (count) => (count === 1 ? "One photo" : `${count.toLocaleString(locale)} photos`),
  /** @param {string} date */
  expires: (date) => `Available until ${date}.`,
  hearts: "Hearts are suggestions to the photographer.",
  /** @param {number} number @param {number} total @param {string} [name] */
  photo: (number, total, name) => (name ? `${name}, photo ${number} of ${total}` : `Photo ${number} of ${total}`),
  /** @param {string} name */
  heart: (name) => `${name}: favourite`,
};
