import { deleteResource } from "./photos.js";
import { request } from "./request.js";

/** @param {string} album */
const path = (album) => `v1/albums/${encodeURIComponent(album)}/shares`;

/** @param {string} album @param {AbortSignal} signal @returns {Promise<Share[]>} */
export const fetchShares = async (album, signal) => (await request(path(album), signal)).shares;

/** @param {string} album @param {NewShare} fields @param {AbortSignal} signal
 * @returns {Promise<CreatedShare>} */
export const createShare = (album, fields, signal) => request(path(album), signal, { method: "POST", body: fields });

/** @param {string} album @param {string} id @param {AbortSignal} signal */
export const revokeShare = (album, id, signal) => deleteResource(`${path(album)}/${encodeURIComponent(id)}`, signal);
