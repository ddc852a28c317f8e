// This browser's albums. Drawn at once, so that nothing moves later.

import { forgetAlbum, recentAlbums } from "../album/url.js";
import { byId, make } from "../dom/elements.js";
import { fetchAlbumHead } from "../server/albums.js";
import { storedKey } from "../server/api-key.js";
import { asProblem } from "../server/errors.js";
import { fetchPreview } from "../server/photos.js";
import { locale, photos, sentences } from "../text/messages.js";

const { signal } = new AbortController();
const CREATED = /** @type {const} */ ({ day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });

export function showAlbums() {
  const albums = recentAlbums();
  byId("albums").hidden = albums.length === 0;
  byId("albums-list").replaceChildren(...albums.map(row));
}

/** @param {RecentAlbum} album */
function row({ id, name }) {
  const [cover, title, note] = [make("img"), make("b", "", name || sentences.unnamedAlbum), make("span", "fine")];
  cover.alt = "";
  const link = make("a", "album-link", cover, title, note);
  link.href = `#album/${id}`;
  void describe(id, cover, title, note);
  return make("li", "", link);
}

/** An album without a name has the time of its creation. @param {string} id @param {HTMLImageElement} cover
 * @param {HTMLElement} title @param {HTMLElement} note */
async function describe(id, cover, title, note) {
  try {
    const { album, photos: [best] } = await fetchAlbumHead(id, signal); // prettier-ignore
    note.textContent = photos(album.counts.photos);
    if (!album.name) title.textContent = new Date(album.created_at).toLocaleString(locale, CREATED);
    if (best) cover.src = URL.createObjectURL(await fetchPreview(best.id, signal));
  } catch (error) {
    const problem = asProblem(error);
    if (problem.code === "album_not_found" && !storedKey()) forgetAlbum(id); // it may belong to another key
    if (!note.textContent) note.textContent = problem.message;
  }
}
