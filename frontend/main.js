// The start: accepts photos before any text is loaded. The culling follows with the first sign of a choice.

import { albumInUrl } from "./album/url.js";
import { listenForFiles } from "./upload/choose-files.js";

const SIGNS = ["pointerdown", "focusin", "dragenter"];

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
else for (const sign of SIGNS) document.addEventListener(sign, () => void loadCulling(), { once: true });
const { showFirstPage } = await firstPage;
showFirstPage();
