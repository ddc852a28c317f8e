// Requests about albums.

import { deleteResource } from "./photos.js";
import { request, requestBlob } from "./request.js";
import { RESULT_WAIT_SECONDS } from "./timeouts.js";

/** @typedef {import("../contracts.js").Album} Album */
/** @typedef {import("../contracts.js").AlbumPhoto} AlbumPhoto */

const PAGE_SIZE = 1000;

/** @param {string} id */
const path = (id) => `v1/albums/${encodeURIComponent(id)}`;

/** The album's event stream. @param {string} id */
export const eventsPath = (id) => `${path(id)}/events`;

/** The album's uploads. @param {string} id */
export const uploadPath = (id) => `${path(id)}/photos`;

/** @param {string} name @param {AbortSignal} signal @returns {Promise<Album>} */
export const createAlbum = (name, signal) =>
  request("v1/albums", signal, { method: "POST", body: name ? { name } : {} });

/** @param {string} id @param {AbortSignal} signal */
export const deleteAlbum = (id, signal) => deleteResource(path(id), signal);

/**
 * The album with all its photos.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<{album: Album, photos: AlbumPhoto[]}>}
 */
export async function fetchAlbum(id, signal) {
  const { first, rows } = await fetchPages(path(id), "photos", signal);
  return { album: first.album, photos: rows };
}

/**
 * A proposal for each photo of the album.
 * @param {string} id
 * @param {number} keep how many photos to keep
 * @param {AbortSignal} signal
 * @returns {Promise<import("../contracts.js").Proposal[]>}
 */
export const fetchSelection = async (id, keep, signal) =>
  (await fetchPages(`${path(id)}/selection?keep=${keep}&wait=${RESULT_WAIT_SECONDS}`, "photos", signal)).rows;

/**
 * @param {string} id
 * @param {string} format
 * @param {number} keep
 * @param {AbortSignal} signal
 */
export const fetchExport = (id, format, keep, signal) =>
  requestBlob(`${path(id)}/export?format=${format}&keep=${keep}&wait=${RESULT_WAIT_SECONDS}`, signal, { extraMs: 600_000 });

/**
 * @param {string} id
 * @param {string} photo
 * @param {import("../contracts.js").Choice} choice
 * @param {AbortSignal} signal
 */
export const decide = (id, photo, choice, signal) =>
  request(`${path(id)}/photos/${photo}/decision`, signal, { method: "PUT", body: choice });

/**
 * @param {string} id
 * @param {string} photo
 * @param {AbortSignal} signal
 * @returns {Promise<import("../contracts.js").Decisions>}
 */
export const undo = (id, photo, signal) =>
  request(`${path(id)}/photos/${photo}/decision/undo`, signal, { method: "POST" });

/**
 * @param {string} resource
 * @param {string} field name of the rows
 * @param {AbortSignal} signal
 */
async function fetchPages(resource, field, signal) {
  const separator = resource.includes("?") ? "&" : "?";
  const extraMs = RESULT_WAIT_SECONDS * 1000;
  const first = await request(`${resource}${separator}limit=${PAGE_SIZE}`, signal, { extraMs });
  const rows = [...first[field]];
  let cursor = first.next_cursor;
  while (cursor) {
    const query = `limit=${PAGE_SIZE}&cursor=${encodeURIComponent(cursor)}`;
    const next = await request(`${resource}${separator}${query}`, signal, { extraMs });
    rows.push(...next[field]);
    cursor = next.next_cursor;
  }
  return { first, rows };
}
