import { albumInUrl } from "../album/url.js";
import { showNotice } from "../dom/announce.js";
import { byId } from "../dom/elements.js";
import { translatePage } from "../dom/translate.js";
import { setKeyPrompt } from "../server/api-key.js";
import { chooseLanguage, language } from "../text/language.js";
import { sentences } from "../text/messages.js";
import { showAbout } from "./about.js";
import { showAlbums } from "./album-list.js";
import { promptForKey } from "./key-dialog.js";

export function showFirstPage() {
  translatePage();
  const select = byId("language", HTMLSelectElement);
  select.value = language;
  select.addEventListener("change", () => chooseLanguage(select.value));
  setKeyPrompt(promptForKey);
  if (!albumInUrl()) showAlbums();
  void showAbout();
}

/** A part of the page could not be loaded. */
export const showIncomplete = () =>
  showNotice("page", sentences.pageIncomplete, { label: sentences.reload, run: () => location.reload() });
