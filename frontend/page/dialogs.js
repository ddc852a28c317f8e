// Small dialogs: help, meaning of the score, deletion of the album.

import { byId } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { locale, sentences } from "../text/messages.js";

/** @param {Session} session @param {AlbumState} album */
export function listenForDialogs(session, album) {
  for (const name of ["help", "about-dialog", "delete"]) listen(name);
  byId("about-open").addEventListener("click", () => byId("about-container").append(byId("about-score")));
  byId("delete-open").addEventListener("click", () => {
    byId("delete-note").textContent = album.expiresAt ? sentences.expires(formatDate(album.expiresAt)) : "";
  });
  byId("delete-now").addEventListener("click", () => void deleteAlbum(session));
}

/** @param {string} name */
function listen(name) {
  const dialog = byId(name, HTMLDialogElement);
  const opener = name === "about-dialog" ? "about-open" : `${name}-open`;
  byId(opener).addEventListener("click", () => dialog.showModal());
  byId(`${name}-close`).addEventListener("click", () => dialog.close());
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
