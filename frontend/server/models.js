// Which models answer.

import { ask } from "./request.js";

/** @param {AbortSignal} signal @returns {Promise<import("../contracts.js").Manifest[]>} */
export const fetchModels = async (signal) => (await ask("v1/models", signal)).models;
