// The dialog before a proposal is accepted: what it keeps, drops and risks; a sample to look at.

import { byId } from "../dom/elements.js";
import { acceptSentence, riskSentence } from "../text/messages.js";

/** @param {AcceptActions} proposal @returns {() => void} opens the dialog */
export function listenForAccept({ moments, selection, accept, showSample }) {
  const dialog = byId("accept", HTMLDialogElement);
  const close = (/** @type {() => void} */ action) => () => (dialog.close(), byId("grid").focus(), action());
  byId("accept-now").addEventListener("click", close(accept));
  byId("accept-sample").addEventListener("click", close(showSample));
  byId("accept-close").addEventListener("click", close(() => {}));
  const open = () => {
    if (!selection.current) return; // Enter before the proposal of this number
    const { keepers, moments: dropped } = moments().open();
    byId("accept-sentence").textContent = acceptSentence(keepers.length, dropped.length);
    byId("accept-risk").textContent = riskSentence(selection.head);
    byId("accept-now", HTMLButtonElement).disabled = keepers.length + dropped.length === 0;
    byId("accept-sample", HTMLButtonElement).disabled = dropped.length === 0;
    dialog.showModal();
  };
  byId("accept-open").addEventListener("click", open);
  // Enter opens the dialog with the focus on Accept: while it is held, it presses no button.
  dialog.addEventListener("keydown", (event) => event.repeat && event.key === "Enter" && event.preventDefault());
  return open;
}
