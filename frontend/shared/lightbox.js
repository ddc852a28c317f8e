// One photo alone: next, previous, heart, download.

import { download } from "../dom/download.js";
import { byId } from "../dom/elements.js";
import { keyListener } from "../dom/keyboard.js";
import { asProblem } from "../server/errors.js";
import { gallerySentences } from "../text/messages.js";

export class Lightbox {
  /** @param {Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    /** @type {SharedPhoto | null} */
    this.photo = null;
    this.dialog = byId("photo", HTMLDialogElement);
    this.image = byId("photo-image", HTMLImageElement);
    this.heart = byId("photo-heart", HTMLButtonElement);
    this.download = byId("photo-download", HTMLButtonElement);
    this.heart.hidden = !gallery.album.favourites;
    this.download.hidden = !gallery.album.originals;
    this.heart.addEventListener("click", () => void (this.photo && gallery.toggleFavourite(this.photo)));
    this.download.addEventListener("click", () => void this.#download());
    byId("photo-previous").addEventListener("click", () => this.#move(-1));
    byId("photo-next").addEventListener("click", () => this.#move(1));
    byId("photo-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.#clear());
    this.dialog.addEventListener("keydown", keyListener({ ArrowLeft: () => this.#move(-1), ArrowRight: () => this.#move(1) }));
  }

  /** @param {SharedPhoto} photo */
  open(photo) {
    if (!this.dialog.open) this.dialog.showModal();
    void this.#show(photo);
  }

  /** Show the heart as it is now. */
  refresh() {
    this.heart.setAttribute("aria-pressed", String(this.photo?.favourite ?? false));
  }

  /** @param {number} step */
  #move(step) {
    const { photos } = this.gallery;
    const photo = this.photo && photos[photos.indexOf(this.photo) + step];
    if (photo) void this.#show(photo);
    if (photo && photos.at(-1) === photo && this.gallery.cursor) void this.gallery.loadMore();
  }

  /** @param {SharedPhoto} photo */
  async #show(photo) {
    this.#clear();
    this.photo = photo;
    this.image.alt = byId("photo-name").textContent = this.gallery.nameOf(photo);
    byId("photo-problem").textContent = "";
    this.refresh();
    try {
      const blob = await this.gallery.client.fetchPreview(photo.id, this.gallery.signal);
      if (this.photo === photo) this.image.src = URL.createObjectURL(blob);
    } catch (error) {
      if (this.photo === photo) byId("photo-problem").textContent = asProblem(error).message;
    }
  }

  async #download() {
    const { photo } = this;
    if (!photo) return;
    try {
      download(await this.gallery.client.fetchOriginal(photo.id, this.gallery.signal), photo.file_name ?? photo.id);
    } catch (error) {
      byId("photo-problem").textContent = `${gallerySentences.noOriginal} ${asProblem(error).message}`;
    }
  }

  #clear() {
    this.photo = null;
    if (this.image.src) URL.revokeObjectURL(this.image.src);
    this.image.removeAttribute("src");
  }
}
