// Where the page begins: it takes photos at once; what culls them is loaded when it is needed, or when there is time.

import { albumInAddress, rememberedAlbum } from "./album/address.js";
import { showAbout } from "./page/about.js";
import { notice } from "./page/announce.js";
import { byId } from "./page/find.js";
import { sentences } from "./page/words.js";
import { watchIntake } from "./sending/intake.js";

const IDLE_MS = 300;

/** Everything that an album needs; null when the server does not answer, which is told. */
async function culling() {
  try {
    return await import("./culling.js");
  } catch (error) {
    console.error(error);
    notice("page", sentences.pageIncomplete, { word: "Reload", act: () => location.reload() });
    return null;
  }
}

/** The album of the last visit is a click away. */
function offerLastAlbum() {
  const id = rememberedAlbum();
  const link = byId("last-album", HTMLAnchorElement);
  link.hidden = id === null;
  link.href = `#album/${id}`;
}

watchIntake(async (files, leftOut) => void (await culling())?.take(files, leftOut));
window.addEventListener("hashchange", () => location.reload());
if (albumInAddress()) void culling().then((loaded) => loaded?.resume());
else {
  offerLastAlbum();
  setTimeout(() => void culling(), IDLE_MS);
}
void showAbout();
