import { download } from "../dom/download.js";
import { byId } from "../dom/elements.js";
import { fetchExport } from "../server/albums.js";
import { asProblem } from "../server/errors.js";
import { exportSentence, sentences, zipSentence } from "../text/messages.js";

/** @type {Record<string, string>} format → suffix of the file name */
const SUFFIXES = { csv: ".csv", xmp: "-sidecars.zip", zip: "-keepers.zip", html: "-contact-sheet.html" };
const REDUCED_ZIP = "-keepers-1024px.zip";
const REDUCED_SIDE = 1024; // pixels of the long side of the page's copies

/** @param {AlbumState} album @param {() => Moments} moments */
export function listenForExports(album, moments) {
  const dialog = byId("export", HTMLDialogElement);
  const names = byId("export-names", HTMLTextAreaElement);
  const keepers = () => [...album.items.values()].filter((item) => moments().verdictOf(item) === "keep");
  byId("export-open").addEventListener("click", () => {
    byId("export-status").textContent = "";
    describe(keepers(), names);
    dialog.showModal();
  });
  album.subscribe(() => dialog.open && describe(keepers(), names)); // a proposal may come later
  byId("export-copy").addEventListener("click", () => void copy(names));
  for (const button of dialog.querySelectorAll("button[data-format]")) {
    const suffix = (/** @type {string} */ format) =>
      format === "zip" && keepers().some(isReduced) ? REDUCED_ZIP : (SUFFIXES[format] ?? "");
    button.addEventListener("click", () => void run(/** @type {HTMLButtonElement} */ (button), album, suffix));
  }
}

/** What the export does. @param {Item[]} keepers @param {HTMLTextAreaElement} names */
function describe(keepers, names) {
  byId("export-sentence").textContent = exportSentence(keepers.length);
  byId("export-zip").textContent = zipSentence(keepers.length, keepers.filter(isReduced).length);
  const list = keepers.map(({ name }) => name).join("\n");
  if (names.value !== list) names.value = list;
}

/** @param {Item} item */
const isReduced = ({ summary }) => Math.max(summary?.width ?? 0, summary?.height ?? 0) === REDUCED_SIDE;

/** @param {HTMLTextAreaElement} names */
async function copy(names) {
  names.select();
  // Pages without https have no clipboard; the old command works there.
  const isCopied = await (navigator.clipboard?.writeText(names.value).then(() => true, () => false) ?? false); // prettier-ignore
  if (isCopied || document.execCommand("copy")) byId("export-status").textContent = sentences.copied;
}

/** @param {HTMLButtonElement} button @param {AlbumState} album
 * @param {(format: string) => string} suffix of the file name */
async function run(button, album, suffix) {
  const format = button.dataset.format ?? "csv";
  const status = byId("export-status");
  status.textContent = sentences.preparingFile;
  button.disabled = true;
  try {
    const blob = await fetchExport(album.id, format, new AbortController().signal);
    download(blob, (album.name || "photo-critic") + suffix(format));
    status.textContent = sentences.exported;
  } catch (error) {
    status.textContent = asProblem(error).message;
  } finally {
    button.disabled = false;
    button.focus();
  }
}
