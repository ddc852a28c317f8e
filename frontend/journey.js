// One photo's way: shrink → upload → wait → critique. It can stop anywhere, and go on from where it stopped.

import { askPhoto, sendPhoto } from "./api.js";
import { CROWDED_POLL_SECONDS, POLL_GAP_MS, POLL_PAUSE_MS, POLL_SECONDS, RESULT_MS } from "./deadlines.js";
import { Lane } from "./lane.js";
import { pause } from "./pause.js";
import { ProblemError, asProblem, fromDocument, tooLate } from "./problems.js";
import { pack } from "./shrink.js";

/** @typedef {import("./contracts.js").Critique} Critique */
/** @typedef {import("./words.js").Stage} Stage */
/** @typedef {(stage: Stage, share?: number) => void} Tell */

/**
 * @typedef {object} Journey
 * @property {File} file
 * @property {boolean} original send the file as it is
 * @property {import("./shrink.js").Parcel | null} parcel what is sent, once it is packed
 * @property {string | null} photoId the server's id, once it has the photo
 * @property {string} idempotencyKey
 */

// Browsers open six connections to a server: three uploads and two long polls leave one for everything else.
// One photo is decoded at a time, because a large one takes a few hundred megabytes.
const shrinking = new Lane(1);
const uploading = new Lane(3);
const asking = new Lane(2);

/** When any photo was last finished: as long as others get their score, nobody is late. */
let lastFinished = 0;

/**
 * @param {File} file
 * @param {boolean} original
 * @returns {Journey}
 */
export const newJourney = (file, original) => ({
  file,
  original,
  parcel: null,
  photoId: null,
  idempotencyKey: newKey(),
});

/** Not `crypto.randomUUID`: browsers have that on https and localhost only. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");

/**
 * Bring a photo to its critique; throws a ProblemError, or the signal's reason when it is aborted.
 * @param {Journey} journey
 * @param {Tell} tell
 * @param {AbortSignal} signal
 * @returns {Promise<Critique>}
 */
export async function travel(journey, tell, signal) {
  try {
    await shrinkAndSend(journey, tell, signal);
    tell("waiting");
    return await follow(journey, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw asProblem(error);
  }
}

/**
 * @param {Journey} journey
 * @param {Tell} tell
 * @param {AbortSignal} signal
 */
async function shrinkAndSend(journey, tell, signal) {
  if (journey.photoId) return;
  tell("pending");
  const parcel = journey.parcel ?? (await shrinking.run(() => shrink(journey, tell), signal));
  journey.parcel = parcel;
  tell("ready");
  const photo = await uploading.run(() => send(journey, parcel, tell, signal), signal);
  journey.photoId = photo.id;
}

/**
 * @param {Journey} journey
 * @param {Tell} tell
 */
function shrink({ file, original }, tell) {
  tell("shrinking");
  return pack(file, original);
}

/**
 * @param {Journey} journey
 * @param {import("./shrink.js").Parcel} parcel
 * @param {Tell} tell
 * @param {AbortSignal} signal
 */
function send({ file, idempotencyKey }, parcel, tell, signal) {
  tell("uploading", 0);
  return sendPhoto(
    { blob: parcel.blob, name: file.name, idempotencyKey },
    (share) => tell("uploading", share),
    () => tell("busy"),
    signal,
  );
}

/**
 * Ask until there is an answer. A question that goes wrong is asked again; what went wrong is told when time is up.
 * @param {Journey} journey
 * @param {AbortSignal} signal
 * @returns {Promise<Critique>}
 */
async function follow(journey, signal) {
  const began = Date.now();
  let trouble = tooLate();
  while (Date.now() - Math.max(began, lastFinished) < RESULT_MS) {
    try {
      const critique = await look(journey, signal);
      if (critique) return critique;
      trouble = tooLate();
      await pause(POLL_GAP_MS, signal);
    } catch (error) {
      signal.throwIfAborted();
      trouble = asProblem(error);
      if (trouble.permanent || !journey.photoId) throw trouble;
      await pause(POLL_PAUSE_MS, signal);
    }
  }
  throw trouble;
}

/**
 * One question about a photo; null while there is no answer.
 * @param {Journey} journey
 * @param {AbortSignal} signal
 */
async function look(journey, signal) {
  const id = /** @type {string} */ (journey.photoId);
  const seconds = () => (asking.crowded ? CROWDED_POLL_SECONDS : POLL_SECONDS);
  const photo = await asking.run(() => askPhoto(id, seconds(), signal), signal);
  if (photo.state === "failed") throw failure(journey, photo);
  if (photo.state !== "done" || !photo.critique) return null;
  lastFinished = Date.now();
  return photo.critique;
}

/**
 * A photo that failed on the server is final there: trying again means sending it anew.
 * @param {Journey} journey
 * @param {import("./contracts.js").Photo} photo
 */
function failure(journey, photo) {
  lastFinished = Date.now();
  journey.photoId = null;
  journey.idempotencyKey = newKey();
  return photo.problem ? fromDocument(photo.problem) : new ProblemError("", { code: "failed", permanent: false });
}
