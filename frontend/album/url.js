// The album id in the page's URL, so that a reload finds the album; the last album is stored for the next visit.

const STORAGE_KEY = "photo-critic-album";
const HASH = /^#album\/([0-9a-f-]{36})$/;

export const albumInUrl = () => HASH.exec(location.hash)?.[1] ?? null;

export const lastAlbum = () => localStorage.getItem(STORAGE_KEY);

/** @param {string} id */
export function storeAlbum(id) {
  localStorage.setItem(STORAGE_KEY, id);
  history.replaceState(null, "", `#album/${id}`);
}

export function clearAlbum() {
  localStorage.removeItem(STORAGE_KEY);
  history.replaceState(null, "", location.pathname + location.search);
}
