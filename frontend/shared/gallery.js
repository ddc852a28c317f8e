// The gallery of a share link: pages of photos while the viewer scrolls, hearts, and one photo alone.

import { byId, copyOf, part } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { gallerySentences } from "../text/messages.js";
import { Lightbox } from "./lightbox.js";
import { Previews } from "./previews.js";

export class Gallery {
  /** @param {SharedClient} client @param {SharedAlbum} album */
  constructor(client, album) {
    this.client = client;
    this.album = album;
    this.signal = new AbortController().signal;
    /** In the order of the page. @type {SharedPhoto[]} */
    this.photos = [];
    /** @type {Map<string, HTMLButtonElement>} */
    this.hearts = new Map();
    /** @type {string | undefined} */
    this.cursor = undefined;
    this.loading = false;
    this.previews = new Previews((id, signal) => client.fetchPreview(id, signal));
    this.lightbox = new Lightbox(this);
    const end = new IntersectionObserver(([entry]) => void (entry?.isIntersecting && this.cursor && this.loadMore()));
    end.observe(byId("end"));
  }

  /** Show the next page of photos. */
  async loadMore() {
    if (this.loading) return;
    this.loading = true;
    try {
      const page = await this.client.fetchPhotos(this.cursor, this.signal);
      this.cursor = page.next_cursor;
      for (const photo of page.photos) if (!this.hearts.has(photo.id)) this.#append(photo);
    } catch (error) {
      byId("problem").textContent = asProblem(error).message;
    } finally {
      this.loading = false;
    }
  }

  /** Mark a photo as favourite, or unmark it; undone when the server rejects the mark. @param {SharedPhoto} photo */
  async toggleFavourite(photo) {
    this.#showFavourite(photo, !photo.favourite);
    try {
      await this.client.setFavourite(photo.id, photo.favourite, this.signal);
      byId("problem").textContent = "";
    } catch (error) {
      this.#showFavourite(photo, !photo.favourite);
      byId("problem").textContent = `${gallerySentences.notSaved} ${asProblem(error).message}`;
    }
  }

  /** The accessible name of a photo. @param {SharedPhoto} photo */
  nameOf(photo) {
    return gallerySentences.photo(this.photos.indexOf(photo) + 1, this.album.photos, photo.file_name);
  }

  /** @param {SharedPhoto} photo @param {boolean} favourite */
  #showFavourite(photo, favourite) {
    photo.favourite = favourite;
    this.hearts.get(photo.id)?.setAttribute("aria-pressed", String(favourite));
    this.lightbox.refresh();
  }

  /** @param {SharedPhoto} photo */
  #append(photo) {
    this.photos.push(photo);
    const tile = copyOf("tile-template");
    const [image, open, heart] = [
      part(tile, "image", HTMLImageElement),
      part(tile, "open", HTMLButtonElement),
      part(tile, "heart", HTMLButtonElement),
    ];
    Object.assign(image, { width: photo.width, height: photo.height });
    image.dataset.id = photo.id;
    open.setAttribute("aria-label", this.nameOf(photo));
    open.addEventListener("click", () => this.lightbox.open(photo));
    part(tile, "name").textContent = photo.file_name ?? "";
    heart.hidden = !this.album.favourites;
    heart.setAttribute("aria-label", gallerySentences.heart(this.nameOf(photo)));
    heart.setAttribute("aria-pressed", String(photo.favourite));
    heart.addEventListener("click", () => void this.toggleFavourite(photo));
    this.hearts.set(photo.id, heart);
    byId("photos").append(tile);
    this.previews.observe(image);
  }
}
