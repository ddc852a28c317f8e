import { request } from "./request.js";

/** @param {AbortSignal} signal @returns {Promise<Manifest[]>} */
export const fetchModels = async (signal) => (await request("v1/models", signal)).models;
