// Taking the decisions away: as a table, as sidecars, as files, as a contact sheet.

import { fetchExport } from "../server/albums.js";
import { asProblem } from "../server/problems.js";
import { byId } from "./find.js";

/** @type {Record<string, string>} format → what the file is called after the album */
const ENDINGS = { csv: ".csv", xmp: "-sidecars.zip", zip: "-keepers.zip", html: "-contact-sheet.html" };

/** @param {import("../album/album.js").Album} album @param {import("../album/proposal.js").Proposal} proposal */
export function watchExports(album, proposal) {
  const dialog = byId("export", HTMLDialogElement);
  byId("export-open").addEventListener("click", () => {
    byId("export-told").textContent = "";
    byId("export-keep").textContent = String(proposal.keep);
    dialog.showModal();
  });
  byId("export-close").addEventListener("click", () => dialog.close());
  for (const one of dialog.querySelectorAll("button[data-format]")) {
    one.addEventListener("click", () => void take(/** @type {HTMLButtonElement} */ (one), album, proposal.keep));
  }
}

/** @param {HTMLButtonElement} one @param {import("../album/album.js").Album} album @param {number} keep */
async function take(one, album, keep) {
  const format = one.dataset.format ?? "csv";
  const told = byId("export-told");
  told.textContent = "Preparing the file…";
  one.disabled = true;
  try {
    const blob = await fetchExport(album.id, format, Math.max(1, keep), new AbortController().signal);
    download(blob, (album.name || "photo-critic") + ENDINGS[format]);
    told.textContent = "Done: the file is among your downloads.";
  } catch (error) {
    told.textContent = asProblem(error).message;
  } finally {
    one.disabled = false;
    one.focus();
  }
}

/** @param {Blob} blob @param {string} name */
function download(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the download has long begun then
}
