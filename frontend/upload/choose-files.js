// File dialogs, drag and drop (also of folders), paste.

import { setRelativePath } from "../album/file-identity.js";
import { byId } from "../dom/elements.js";
import { PHOTO_SUFFIXES } from "./file-kinds.js";
import { isPhotoOfFolder, withoutRawOfPairs } from "./same-stem.js";

/** @param {OnFiles} onFiles */
export function listenForFiles(onFiles) {
  byId("files", HTMLInputElement).accept = ["image/*", ...PHOTO_SUFFIXES].join();
  for (const id of ["files", "folder"]) listenForChoice(byId(id, HTMLInputElement), id === "folder", onFiles);
  listenForDrops(onFiles);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) onFiles(files, 0);
  });
}

/** @param {HTMLInputElement} input @param {boolean} isFolder @param {OnFiles} onFiles */
function listenForChoice(input, isFolder, onFiles) {
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same file can be chosen again
    passOn(files, isFolder, onFiles);
  });
}

/** The whole page accepts drops: the browser would open a file that misses the drop zone.
 * @param {OnFiles} onFiles */
function listenForDrops(onFiles) {
  const highlight = (/** @type {boolean} */ on) => document.body.classList.toggle("dropping", on);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    highlight(event.dataTransfer?.types.includes("Files") ?? false);
  });
  document.addEventListener("dragleave", (event) => highlight(event.relatedTarget !== null));
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    highlight(false);
    const { files, isFolder } = await droppedFiles(/** @type {DataTransfer} */ (event.dataTransfer));
    passOn(files, isFolder, onFiles);
  });
}

/** Skips what is no photo of a folder; a single file is always uploaded, and the server reports its problem.
 * @param {File[]} files @param {boolean} isFolder @param {OnFiles} onFiles */
function passOn(files, isFolder, onFiles) {
  const photos = withoutRawOfPairs(isFolder ? files.filter(isPhotoOfFolder) : files);
  onFiles(photos, files.length - photos.length);
}

/** @param {DataTransfer} transfer @returns {Promise<{files: File[], isFolder: boolean}>} */
async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const isFolder = entries.some((entry) => entry?.isDirectory);
  if (!isFolder) return { files: [...transfer.files], isFolder };
  const files = await Promise.all(entries.map((entry) => (entry ? filesIn(entry) : [])));
  return { files: files.flat(), isFolder };
}

/** @param {FileSystemEntry} entry @param {number} [depth] folders above the ones whose names count
 * @returns {Promise<File[]>} */
async function filesIn(entry, depth = 1) {
  try {
    if (entry.isFile) return [await fileOf(/** @type {FileSystemFileEntry} */ (entry), depth)];
    const children = await readFolder(/** @type {FileSystemDirectoryEntry} */ (entry));
    return (await Promise.all(children.map((child) => filesIn(child, 2)))).flat();
  } catch {
    return []; // an unreadable file affects no other file
  }
}

/** @param {FileSystemFileEntry} entry @param {number} depth @returns {Promise<File>} */
async function fileOf(entry, depth) {
  /** @type {File} */
  const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
  return setRelativePath(file, entry.fullPath.split("/").slice(depth).join("/")); // below the dropped folder
}

/** A reader returns a folder's entries in batches, the last one empty. @param {FileSystemDirectoryEntry} folder */
async function readFolder(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const entries = [];
  for (;;) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return entries.sort((a, b) => a.name.localeCompare(b.name));
    entries.push(...batch);
  }
}
