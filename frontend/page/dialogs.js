// The small dialogs: help, what the score is, and forgetting everything at once.

import { asProblem } from "../server/problems.js";
import { byId } from "./find.js";
import { sentences } from "./words.js";

/** @param {import("../album/session.js").Session} session @param {import("../album/album.js").Album} album */
export function watchDialogs(session, album) {
  for (const name of ["help", "about-dialog", "forget"]) watch(name);
  byId("about-open").addEventListener("click", () => byId("about-place").append(byId("about-score")));
  byId("forget-open").addEventListener("click", () => {
    byId("forget-told").textContent = album.expiresAt ? sentences.kept(dateOf(album.expiresAt)) : "";
  });
  byId("forget-now").addEventListener("click", () => void forget(session));
}

/** @param {string} name */
function watch(name) {
  const dialog = byId(name, HTMLDialogElement);
  const opener = name === "about-dialog" ? "about-open" : `${name}-open`;
  byId(opener).addEventListener("click", () => dialog.showModal());
  byId(`${name}-close`).addEventListener("click", () => dialog.close());
}

/** @param {import("../album/session.js").Session} session */
async function forget(session) {
  const now = byId("forget-now", HTMLButtonElement);
  now.disabled = true;
  try {
    await session.forget();
    location.assign(location.pathname);
  } catch (error) {
    byId("forget-told").textContent = asProblem(error).message;
    now.disabled = false;
  }
}

/** @param {string} moment ISO 8601 */
const dateOf = (moment) => new Date(moment).toLocaleString("en", { dateStyle: "long", timeStyle: "short" });
