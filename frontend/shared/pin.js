// The form for the PIN of a share link.

import { byId } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";

/**
 * Resolves after the correct PIN.
 * @param {(pin: string) => Promise<void>} unlock rejects with a ProblemError for a wrong one
 * @returns {Promise<void>}
 */
export function promptForPin(unlock) {
  const form = byId("pin-form", HTMLFormElement);
  const field = byId("pin", HTMLInputElement);
  form.hidden = false;
  field.focus();
  return new Promise((resolve) => {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await unlock(field.value.trim());
        form.hidden = true;
        resolve();
      } catch (error) {
        byId("pin-problem").textContent = asProblem(error).message;
        field.select();
      }
    });
  });
}
