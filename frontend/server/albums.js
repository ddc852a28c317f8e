import { deleteResource } from "./photos.js";
import { request, requestBlob } from "./request.js";
import { RESULT_WAIT_SECONDS } from "./timeouts.js";

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

/** The album with all its photos. @param {string} id @param {AbortSignal} signal
 * @returns {Promise<{album: Album, photos: AlbumPhoto[]}>} */
export async function fetchAlbum(id, signal) {
  const { first, rows } = await fetchPages(path(id), "photos", signal);
  return { album: first.album, photos: rows };
}

/** The album with its best photo, if it has one. @param {string} id @param {AbortSignal} signal
 * @returns {Promise<{album: Album, photos: AlbumPhoto[]}>} */
export const fetchAlbumHead = (id, signal) => request(`${path(id)}?limit=1`, signal);

/** @param {string} id @param {{keep: number}} changes @param {AbortSignal} signal */
export const changeAlbum = (id, changes, signal) => request(path(id), signal, { method: "PATCH", body: changes });

/** A proposal for each photo of the album, with the album's number to keep. @param {string} id
 * @param {AbortSignal} signal @returns {Promise<SelectionPage>} */
export async function fetchSelection(id, signal) {
  const { first, rows } = await fetchPages(`${path(id)}/selection?wait=${RESULT_WAIT_SECONDS}`, "photos", signal);
  return { ...first, photos: rows };
}

/** @param {string} id @param {string} format @param {AbortSignal} signal */
export const fetchExport = (id, format, signal) =>
  requestBlob(`${path(id)}/export?format=${format}&wait=${RESULT_WAIT_SECONDS}`, signal, { extraMs: 600_000 });

/** @param {string} id @param {JointDecision} decision @param {AbortSignal} signal */
export const decide = (id, decision, signal) => request(`${path(id)}/decisions`, signal, { method: "POST", body: decision });

/** Undo exactly that decision. @param {string} id @param {string} decision @param {AbortSignal} signal */
export const withdraw = (id, decision, signal) => deleteResource(`${path(id)}/decisions/${decision}`, signal);

/** @param {string} id @param {NewGroupCorrection} correction @param {AbortSignal} signal */
export const correctGroups = (id, correction, signal) =>
  request(`${path(id)}/groups/corrections`, signal, { method: "POST", body: correction });

/** @param {string} id @param {string} correction @param {AbortSignal} signal */
export const withdrawCorrection = (id, correction, signal) =>
  deleteResource(`${path(id)}/groups/corrections/${correction}`, signal);

/** @param {string} resource @param {string} field name of the rows @param {AbortSignal} signal */
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
