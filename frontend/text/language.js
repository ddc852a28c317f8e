// The visitor's language: as chosen here, otherwise the browser's first one that the page has.

const STORAGE_KEY = "photo-critic-language";
const LANGUAGES = ["en", "de"];

/** @param {string | null} tag "de-AT" → "de" */
const known = (tag) => LANGUAGES.find((language) => tag?.toLowerCase().startsWith(language));

export const language = known(localStorage.getItem(STORAGE_KEY)) ?? navigator.languages.map(known).find(Boolean) ?? "en";

/** Load the page again in another language. @param {string} chosen */
export function chooseLanguage(chosen) {
  localStorage.setItem(STORAGE_KEY, chosen);
  location.reload();
}
