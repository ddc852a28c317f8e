// The start: accepts photos before any text is loaded; the culling follows with them, or while idle.

import { albumInUrl } from "./album/url.js";
import { listenForFiles } from "./upload/choose-files.js";

const IDLE_MS = 300;

const firstPage = import("./page/first-page.js");

/** The module of the culling; null, with a notice, when the server does not answer. */
async function loadCulling() {
  const { showIncomplete } = await firstPage;
  try {
    return await import("./culling.js");
  } catch (error) {
    console.error(error);
    showIncomplete();
    return null;
  }
}

listenForFiles(async (files, skipped) => void (await loadCulling())?.add(files, skipped));
window.addEventListener("hashchange", () => location.reload());
if (albumInUrl()) void loadCulling().then((culling) => culling?.resume());
else setTimeout(() => void loadCulling(), IDLE_MS);
const { showFirstPage } = await firstPage;
showFirstPage();
