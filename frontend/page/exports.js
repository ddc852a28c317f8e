// Export of the decisions: table, sidecars, keepers, contact sheet.

import { byId } from "../dom/elements.js";
import { fetchExport } from "../server/albums.js";
import { asProblem } from "../server/errors.js";

/** @type {Record<string, string>} format → suffix of the file name */
const SUFFIXES = { csv: ".csv", xmp: "-sidecars.zip", zip: "-keepers.zip", html: "-contact-sheet.html" };

/** @param {import("../album/album.js").Album} album @param {import("../album/selection.js").Selection} selection */
export function listenForExports(album, selection) {
  const dialog = byId("export", HTMLDialogElement);
  byId("export-open").addEventListener("click", () => {
    byId("export-status").textContent = "";
    byId("export-keep").textContent = String(selection.head?.keep ?? 0);
    dialog.showModal();
  });
  byId("export-close").addEventListener("click", () => dialog.close());
  for (const button of dialog.querySelectorAll("button[data-format]")) {
    button.addEventListener("click", () => void run(/** @type {HTMLButtonElement} */ (button), album));
  }
}

/** @param {HTMLButtonElement} button @param {import("../album/album.js").Album} album */
async function run(button, album) {
  const format = button.dataset.format ?? "csv";
  const status = byId("export-status");
  status.textContent = "Preparing the file…";
  button.disabled = true;
  try {
    const blob = await fetchExport(album.id, format, new AbortController().signal);
    download(blob, (album.name || "photo-critic") + SUFFIXES[format]);
    status.textContent = "Done: the file is among your downloads.";
  } catch (error) {
    status.textContent = asProblem(error).message;
  } finally {
    button.disabled = false;
    button.focus();
  }
}

/** @param {Blob} blob @param {string} name */
function download(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // long after the beginning of the download
}
