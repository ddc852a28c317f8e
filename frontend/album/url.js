// The album in the page's URL; this browser's latest albums.

const STORAGE_KEY = "photo-critic-albums";
const HASH = /^#album\/([0-9a-f-]{36})$/;
const MAX_RECENT = 6;

export const albumInUrl = () => HASH.exec(location.hash)?.[1] ?? null;

/** Latest first. @returns {RecentAlbum[]} */
export const recentAlbums = () => JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]");

/** @param {string} id @param {string} name */
export function storeAlbum(id, name) {
  store([{ id, name }, ...without(id)].slice(0, MAX_RECENT));
  history.replaceState(null, "", `#album/${id}`);
}

/** Forget an album that the server no longer has. @param {string} id */
export const forgetAlbum = (id) => store(without(id));

/** @param {string} id */
export function clearAlbum(id) {
  forgetAlbum(id);
  history.replaceState(null, "", location.pathname + location.search);
}

/** @param {string} id */
const without = (id) => recentAlbums().filter((album) => album.id !== id);

/** @param {RecentAlbum[]} albums */
const store = (albums) => localStorage.setItem(STORAGE_KEY, JSON.stringify(albums));
