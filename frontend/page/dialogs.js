// Small dialogs: help, meaning of the score, deletion of the album.

import { byId } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { locale, sentences } from "../text/messages.js";

const DIALOGS = { "help-open": "help", "about-open": "about-dialog", "delete-open": "delete" };

/** @param {Session} session @param {AlbumState} album */
export function listenForDialogs(session, album) {
  for (const [opener, dialog] of Object.entries(DIALOGS)) {
    byId(opener).addEventListener("click", () => byId(dialog, HTMLDialogElement).showModal());
  }
  byId("about-open").addEventListener("click", () => byId("about-container").append(byId("about-score")));
  byId("delete-open").addEventListener("click", () => {
    byId("delete-note").textContent = album.expiresAt ? sentences.expires(formatDate(album.expiresAt)) : "";
  });
  byId("delete-now").addEventListener("click", () => void deleteAlbum(session));
}

/** @param {Session} session */
async function deleteAlbum(session) {
  const button = byId("delete-now", HTMLButtonElement);
  button.disabled = true;
  try {
    await session.delete();
    location.assign(location.pathname);
  } catch (error) {
    byId("delete-note").textContent = asProblem(error).message;
    button.disabled = false;
  }
}

/** @param {string} moment ISO 8601 */
const formatDate = (moment) => new Date(moment).toLocaleString(locale, { dateStyle: "long", timeStyle: "short" });
