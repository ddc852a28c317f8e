// The ways a file gets onto the page: chosen, dropped, pasted.

import { byId } from "./find.js";

/** @param {(files: File[]) => void} take */
export function watchIntake(take) {
  watchChoosing(take);
  watchDropping(take);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) take(files);
  });
}

/** @param {(files: File[]) => void} take */
function watchChoosing(take) {
  const input = byId("files", HTMLInputElement);
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same file can be chosen again
    take(files);
  });
}

/** The whole page takes drops: one that misses the zone must not make the browser leave the page. */
function watchDropping(/** @type {(files: File[]) => void} */ take) {
  const zone = byId("drop");
  const light = (/** @type {boolean} */ on) => zone.classList.toggle("over", on);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    light(true);
  });
  document.addEventListener("dragleave", (event) => light(event.relatedTarget !== null));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    light(false);
    take([...(event.dataTransfer?.files ?? [])]);
  });
}
