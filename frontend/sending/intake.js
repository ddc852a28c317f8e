// The ways photos get onto the page: chosen, dropped (folders too), pasted.

import { byId } from "../page/find.js";

// What lies beside photos in a folder, and is nobody's mistake.
const BESIDE = /(^\.|\.(xmp|pp3|dop|thm|ini|db|txt|lrcat|cos|mov|mp4|avi|mts|m4v|wav|pdf|zip)$)/i;

/** @param {(files: File[], leftOut: number) => void} take */
export function watchIntake(take) {
  for (const id of ["files", "folder"]) watchChoosing(byId(id, HTMLInputElement), id === "folder", take);
  watchDropping(take);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) take(files, 0);
  });
}

/**
 * @param {HTMLInputElement} input
 * @param {boolean} folder
 * @param {(files: File[], leftOut: number) => void} take
 */
function watchChoosing(input, folder, take) {
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same file can be chosen again
    hand(files, folder, take);
  });
}

/** The whole page takes drops: one that misses the zone must not make the browser leave the page.
 * @param {(files: File[], leftOut: number) => void} take */
function watchDropping(take) {
  const light = (/** @type {boolean} */ on) => document.body.classList.toggle("dropping", on);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    light(event.dataTransfer?.types.includes("Files") ?? false);
  });
  document.addEventListener("dragleave", (event) => light(event.relatedTarget !== null));
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    light(false);
    const { files, folder } = await dropped(/** @type {DataTransfer} */ (event.dataTransfer));
    hand(files, folder, take);
  });
}

/** In a folder, what is no photo is passed over; a file that somebody chose is tried, and told what is wrong with it.
 * @param {File[]} files @param {boolean} folder @param {(files: File[], leftOut: number) => void} take */
function hand(files, folder, take) {
  const photos = folder ? files.filter((file) => !BESIDE.test(file.name)) : files;
  take(photos, files.length - photos.length);
}

/** @param {DataTransfer} transfer @returns {Promise<{files: File[], folder: boolean}>} */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const folder = entries.some((entry) => entry?.isDirectory);
  if (!folder) return { files: [...transfer.files], folder };
  const files = await Promise.all(entries.map((entry) => (entry ? filesIn(entry) : [])));
  return { files: files.flat(), folder };
}

/** @param {FileSystemEntry} entry @returns {Promise<File[]>} */
async function filesIn(entry) {
  try {
    if (entry.isFile) return [await fileOf(/** @type {FileSystemFileEntry} */ (entry))];
    const inside = await listed(/** @type {FileSystemDirectoryEntry} */ (entry));
    return (await Promise.all(inside.map(filesIn))).flat();
  } catch {
    return []; // a file that vanished, or may not be read: its neighbours count
  }
}

/** @param {FileSystemFileEntry} entry @returns {Promise<File>} */
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

/** A folder is read in portions until one is empty. @param {FileSystemDirectoryEntry} folder */
async function listed(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all.sort((one, other) => one.name.localeCompare(other.name));
    all.push(...some);
  }
}
