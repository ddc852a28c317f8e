// Share links: create, list, revoke. An address is shown once.

import { button } from "../dom/announce.js";
import { byId, make } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { createShare, fetchShares, revokeShare } from "../server/shares.js";
import { sentences, shareSentence } from "../text/messages.js";

const { signal } = new AbortController();

/** @param {AlbumState} album */
export function listenForShares(album) {
  const dialog = byId("share", HTMLDialogElement);
  byId("share-open").addEventListener("click", () => {
    showLink("");
    dialog.showModal();
    void run(() => showShares(album.id));
  });
  byId("share-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void run(() => create(album.id));
  });
}

/** @param {string} album */
async function create(album) {
  const { page } = await createShare(album, fields(), signal);
  showLink(new URL(page, location.href).href);
  byId("share-pin", HTMLInputElement).value = "";
  await showShares(album);
}

/** @returns {NewShare} */
function fields() {
  const checked = (/** @type {string} */ id) => byId(id, HTMLInputElement).checked;
  const pin = byId("share-pin", HTMLInputElement).value.trim();
  return {
    favourites: checked("share-favourites"),
    originals: checked("share-originals"),
    file_names: checked("share-names"),
    ...(pin ? { pin } : {}),
  };
}

/** @param {string} album */
async function showShares(album) {
  const shares = await fetchShares(album, signal);
  const rows = shares.map((share) => {
    const revoke = async () => {
      await revokeShare(album, share.id, signal);
      await showShares(album);
    };
    return make("li", "row", make("span", "fine", shareSentence(share)), button(sentences.revoke, () => void run(revoke)));
  });
  byId("share-list").replaceChildren(...rows);
}

/** @param {string} address */
function showLink(address) {
  byId("share-result").hidden = address === "";
  byId("share-link", HTMLInputElement).value = address;
  if (address) byId("share-link", HTMLInputElement).select();
}

/** @param {() => Promise<void>} action */
async function run(action) {
  try {
    byId("share-problem").textContent = "";
    await action();
  } catch (error) {
    byId("share-problem").textContent = asProblem(error).message;
  }
}
