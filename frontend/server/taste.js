import { deleteResource } from "./photos.js";
import { request } from "./request.js";

/** Trained on request. @param {AbortSignal} signal @returns {Promise<Taste>} */
export const fetchTaste = (signal) => request("v1/taste", signal, { extraMs: 20_000 });

/** @param {boolean} enabled @param {AbortSignal} signal */
export const switchTaste = (enabled, signal) => request("v1/taste", signal, { method: "PUT", body: { enabled } });

/** @param {AbortSignal} signal */
export const eraseTaste = (signal) => deleteResource("v1/taste", signal);
