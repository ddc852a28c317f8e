import { byId } from "../dom/elements.js";
import { sentences } from "../text/messages.js";

/** @param {string} code the server's error code @returns {Promise<string>} "" when the visitor has no key */
export function promptForKey(code) {
  const dialog = byId("key-dialog", HTMLDialogElement);
  const field = byId("key-field", HTMLInputElement);
  byId("key-sentence").textContent = code === "invalid_api_key" ? sentences.invalidKey : sentences.missingKey;
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const onClose = () => resolve(dialog.returnValue === "use" ? field.value.trim() : "");
    dialog.addEventListener("close", onClose, { once: true });
  });
}
