// Which album this is: in the address, so that a reload finds it, and remembered for the next visit.

const REMEMBERED_AS = "photo-critic-album";
const ADDRESS = /^#album\/([0-9a-f-]{36})$/;

export const albumInAddress = () => ADDRESS.exec(location.hash)?.[1] ?? null;

export const rememberedAlbum = () => localStorage.getItem(REMEMBERED_AS);

/** @param {string} id */
export function enterAlbum(id) {
  localStorage.setItem(REMEMBERED_AS, id);
  history.replaceState(null, "", `#album/${id}`);
}

export function leaveAlbum() {
  localStorage.removeItem(REMEMBERED_AS);
  history.replaceState(null, "", location.pathname + location.search);
}
