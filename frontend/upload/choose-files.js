// The ways to choose photos: file dialogs, drag and drop (also of folders), paste.

import { byId } from "../dom/elements.js";

// Files that usually accompany photos in a folder.
const COMPANIONS = /(^\.|\.(xmp|pp3|dop|thm|ini|db|txt|lrcat|cos|mov|mp4|avi|mts|m4v|wav|pdf|zip)$)/i;

/** @typedef {(files: File[], skipped: number) => void} OnFiles `skipped`: number of files that are no photos */

/** @param {OnFiles} onFiles */
export function listenForFiles(onFiles) {
  for (const id of ["files", "folder"]) listenForChoice(byId(id, HTMLInputElement), id === "folder", onFiles);
  listenForDrops(onFiles);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) onFiles(files, 0);
  });
}

/**
 * @param {HTMLInputElement} input
 * @param {boolean} isFolder
 * @param {OnFiles} onFiles
 */
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

/** Skips a folder's companions; a single file is always uploaded, and the server reports its problem.
 * @param {File[]} files @param {boolean} isFolder @param {OnFiles} onFiles */
function passOn(files, isFolder, onFiles) {
  const photos = isFolder ? files.filter((file) => !COMPANIONS.test(file.name)) : files;
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

/** @param {FileSystemEntry} entry @returns {Promise<File[]>} */
async function filesIn(entry) {
  try {
    if (entry.isFile) return [await fileOf(/** @type {FileSystemFileEntry} */ (entry))];
    const children = await readFolder(/** @type {FileSystemDirectoryEntry} */ (entry));
    return (await Promise.all(children.map(filesIn))).flat();
  } catch {
    return []; // an unreadable file affects no other file
  }
}

/** @param {FileSystemFileEntry} entry @returns {Promise<File>} */
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

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
