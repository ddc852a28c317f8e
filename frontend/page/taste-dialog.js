// The dialog for the taste: its evidence on held-out decisions, on or off, erasure.

import { byId } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { eraseTaste, fetchTaste, switchTaste } from "../server/taste.js";
import { sentences, tasteSentence } from "../text/messages.js";

/** @param {import("../album/album.js").Album} album */
export function listenForTaste(album) {
  const dialog = byId("taste", HTMLDialogElement);
  const toggle = byId("taste-on", HTMLInputElement);
  const state = byId("taste-state");
  let controller = new AbortController();
  let enabled = false;

  /** A later request replaces an earlier one. @param {(signal: AbortSignal) => Promise<unknown>} change before the state is read */
  async function load(change) {
    controller.abort();
    const { signal } = (controller = new AbortController());
    state.textContent = sentences.layerPending;
    try {
      await change(signal);
      const taste = await fetchTaste(signal);
      enabled = taste.enabled;
      state.textContent = tasteSentence(taste);
      album.revision += 1; // it affects the proposals
      album.notify();
    } catch (error) {
      if (!signal.aborted) state.textContent = asProblem(error).message;
    }
    if (!signal.aborted) toggle.checked = enabled;
  }

  byId("taste-open").addEventListener("click", () => {
    dialog.showModal();
    void load(async () => {});
  });
  byId("taste-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => controller.abort());
  byId("taste-erase").addEventListener("click", () => void load(eraseTaste));
  toggle.addEventListener("change", () => void load((signal) => switchTaste(toggle.checked, signal)));
}
