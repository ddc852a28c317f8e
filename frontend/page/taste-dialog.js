// The taste: evidence on held-out decisions, on or off, erasure.

import { byId } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { eraseTaste, fetchTaste, switchTaste } from "../server/taste.js";
import { sentences, tasteSentence } from "../text/messages.js";

/** @param {AlbumState} album */
export function listenForTaste(album) {
  const dialog = byId("taste", HTMLDialogElement);
  const toggle = byId("taste-on", HTMLInputElement);
  const state = byId("taste-state");
  let controller = new AbortController();
  /** @type {boolean | undefined} */
  let enabled;
  let sentence = "";
  toggle.disabled = true;

  const reorder = () => {
    album.revision += 1; // it affects the proposals
    album.notify();
  };

  /** A later request replaces an earlier one. @param {boolean} [choice] of `change`
   * @param {(signal: AbortSignal) => Promise<unknown>} [change] before the state is read */
  async function load(choice, change) {
    controller.abort();
    const { signal } = (controller = new AbortController());
    state.textContent = sentences.layerPending;
    try {
      if (change) {
        await change(signal);
        enabled = choice;
        reorder();
      }
      const taste = await fetchTaste(signal);
      enabled = taste.enabled;
      state.textContent = tasteSentence(taste);
      if (enabled && sentence !== state.textContent) reorder(); // learned meanwhile
      sentence = state.textContent;
    } catch (error) {
      if (!signal.aborted) state.textContent = asProblem(error).message;
    }
    if (signal.aborted) return;
    toggle.checked = enabled ?? false;
    toggle.disabled = enabled === undefined;
  }

  byId("taste-open").addEventListener("click", () => {
    dialog.showModal();
    void load();
  });
  dialog.addEventListener("close", () => controller.abort());
  byId("taste-erase").addEventListener("click", () => void load(false, eraseTaste));
  toggle.addEventListener("change", () => {
    const { checked } = toggle;
    void load(checked, (signal) => switchTaste(checked, signal));
  });
}
