// The start of the page: accepts photos at once, and loads the culling when it is needed or the page is idle.

import { albumInUrl, lastAlbum } from "./album/url.js";
import { showNotice } from "./dom/announce.js";
import { byId } from "./dom/elements.js";
import { showAbout } from "./page/about.js";
import { promptForKey } from "./page/key-dialog.js";
import { setKeyPrompt } from "./server/api-key.js";
import { sentences } from "./text/messages.js";
import { listenForFiles } from "./upload/choose-files.js";

const IDLE_MS = 300;

/** The module of the culling; null, with a notice, when the server does not answer. */
async function loadCulling() {
  try {
    return await import("./culling.js");
  } catch (error) {
    console.error(error);
    showNotice("page", sentences.pageIncomplete, { label: "Reload", run: () => location.reload() });
    return null;
  }
}

/** A link to the album of the last visit. */
function offerLastAlbum() {
  const id = lastAlbum();
  const link = byId("last-album", HTMLAnchorElement);
  link.hidden = id === null;
  link.href = `#album/${id}`;
}

setKeyPrompt(promptForKey);
listenForFiles(async (files, skipped) => void (await loadCulling())?.add(files, skipped));
window.addEventListener("hashchange", () => location.reload());
if (albumInUrl()) void loadCulling().then((culling) => culling?.resume());
else {
  offerLastAlbum();
  setTimeout(() => void loadCulling(), IDLE_MS);
}
void showAbout();
