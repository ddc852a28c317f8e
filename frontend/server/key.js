// The API key, for servers that want one. It lives as long as the browser tab.

import { byId } from "../page/find.js";
import { sentences } from "../page/words.js";

const STORED_AS = "photo-critic-api-key";

/** The answer to the question now on screen, shared by all who wait for it. @type {Promise<boolean> | null} */
let asking = null;

/** @returns {string | null} */
export const storedKey = () => sessionStorage.getItem(STORED_AS);

/**
 * Ask for a key, once for all requests that want one.
 * @param {string | null} refused the key that did not do
 * @param {string} code why
 * @returns {Promise<boolean>} true when there is another key to try
 */
export function askForKey(refused, code) {
  if (storedKey() !== refused) return Promise.resolve(true); // somebody else's question brought one meanwhile
  asking ??= ask(code === "api_key_wrong" ? sentences.keyWrong : sentences.keyWanted).finally(() => {
    asking = null;
  });
  return asking;
}

/**
 * @param {string} sentence
 * @returns {Promise<boolean>}
 */
function ask(sentence) {
  const dialog = byId("key-dialog", HTMLDialogElement);
  const field = byId("key-field", HTMLInputElement);
  byId("key-sentence").textContent = sentence;
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const closed = () => {
      const key = dialog.returnValue === "use" ? field.value.trim() : "";
      if (key) sessionStorage.setItem(STORED_AS, key);
      resolve(key !== "");
    };
    dialog.addEventListener("close", closed, { once: true });
  });
}
