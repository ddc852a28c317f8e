// What the page asks of an album.

import { ANSWER_WAIT_SECONDS } from "./deadlines.js";
import { forget } from "./photos.js";
import { ask, askBlob } from "./request.js";

/** @typedef {import("../contracts.js").Album} Album */
/** @typedef {import("../contracts.js").AlbumPhoto} AlbumPhoto */

const PAGE = 1000;

/** @param {string} id */
const path = (id) => `v1/albums/${encodeURIComponent(id)}`;

/** Where its events are told. @param {string} id */
export const eventsPath = (id) => `${path(id)}/events`;

/** Where photos are added to it. @param {string} id */
export const uploadPath = (id) => `${path(id)}/photos`;

/** @param {string} name @param {AbortSignal} signal @returns {Promise<Album>} */
export const makeAlbum = (name, signal) => ask("v1/albums", signal, { method: "POST", body: name ? { name } : {} });

/** @param {string} id @param {AbortSignal} signal */
export const forgetAlbum = (id, signal) => forget(path(id), signal);

/**
 * The album with all its photos.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<{album: Album, photos: AlbumPhoto[]}>}
 */
export async function fetchAlbum(id, signal) {
  const told = await allPages(path(id), "photos", signal);
  return { album: told.first.album, photos: told.rows };
}

/**
 * What is proposed when that many pictures are to be kept.
 * @param {string} id
 * @param {number} keep
 * @param {AbortSignal} signal
 * @returns {Promise<import("../contracts.js").Proposal[]>}
 */
export const fetchSelection = async (id, keep, signal) =>
  (await allPages(`${path(id)}/selection?keep=${keep}&wait=${ANSWER_WAIT_SECONDS}`, "photos", signal)).rows;

/**
 * @param {string} id
 * @param {string} format
 * @param {number} keep
 * @param {AbortSignal} signal
 */
export const fetchExport = (id, format, keep, signal) =>
  askBlob(`${path(id)}/export?format=${format}&keep=${keep}&wait=${ANSWER_WAIT_SECONDS}`, signal, { extraMs: 600_000 });

/**
 * @param {string} id
 * @param {string} photo
 * @param {import("../contracts.js").Choice} choice
 * @param {AbortSignal} signal
 */
export const decide = (id, photo, choice, signal) =>
  ask(`${path(id)}/photos/${photo}/decision`, signal, { method: "PUT", body: choice });

/**
 * @param {string} id
 * @param {string} photo
 * @param {AbortSignal} signal
 * @returns {Promise<import("../contracts.js").Decisions>}
 */
export const undo = (id, photo, signal) =>
  ask(`${path(id)}/photos/${photo}/decision/undo`, signal, { method: "POST" });

/**
 * @param {string} address
 * @param {string} part name of the rows
 * @param {AbortSignal} signal
 */
async function allPages(address, part, signal) {
  const more = address.includes("?") ? "&" : "?";
  const extraMs = ANSWER_WAIT_SECONDS * 1000;
  const first = await ask(`${address}${more}limit=${PAGE}`, signal, { extraMs });
  const rows = [...first[part]];
  let cursor = first.next_cursor;
  while (cursor) {
    const next = await ask(`${address}${more}limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`, signal, { extraMs });
    rows.push(...next[part]);
    cursor = next.next_cursor;
  }
  return { first, rows };
}
