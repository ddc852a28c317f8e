// One photo, large: as sharp as it is, with why it has its score, its near duplicates beside it, and what one decides.

import { nearDuplicates } from "../album/order.js";
import { byId, make } from "../page/find.js";
import { keyListener } from "../page/keyboard.js";
import { sentences, spoken } from "../page/words.js";
import { DecideBar, decisionKeys } from "./decide-bar.js";
import { Details } from "./details.js";
import { showLarge } from "./large-picture.js";
import { Zoom } from "./zoom.js";

/** @typedef {import("../album/album.js").Item} Item */

const MOST_NEAR = 12;

/**
 * @typedef {object} Culling what the dialogs know of the album and can do to it
 * @property {import("../album/album.js").Album} album
 * @property {import("../album/proposal.js").Proposal} proposal
 * @property {import("../grid/grid.js").Grid} grid
 * @property {import("./decide-bar.js").Choose} choose
 * @property {() => void} undo
 * @property {() => void} compare
 * @property {(item: Item) => void} forget
 * @property {(item: Item) => string | null} verdict
 */

export class Loupe {
  /** @param {Culling} culling */
  constructor(culling) {
    this.culling = culling;
    this.dialog = byId("loupe", HTMLDialogElement);
    this.image = byId("loupe-image", HTMLImageElement);
    this.details = new Details(byId("loupe-details"), (item) => (this.dialog.close(), culling.forget(item)));
    this.zoom = new Zoom();
    this.zoom.add(byId("loupe-frame"), this.image);
    this.bar = new DecideBar(culling.choose);
    byId("loupe-decide").append(this.bar.element);
    this.leaving = new AbortController();
    /** @type {Item | null} */
    this.item = null;
    this.#listen();
  }

  /** @param {Item} item */
  open(item) {
    if (!this.dialog.open) this.dialog.showModal();
    this.#show(item);
  }

  /** Decisions and proposals may have changed. */
  refresh() {
    if (!this.dialog.open || !this.item) return;
    const { item } = this;
    this.bar.show(item);
    this.image.alt = spoken(item, this.culling.verdict(item), 1);
    this.details.show(item, this.culling.proposal.photos.get(item.id ?? "") ?? null);
    this.#showNear(item);
  }

  #listen() {
    const { grid, choose, undo, compare } = this.culling;
    const go = (/** @type {number} */ step) => (/** @type {Event} */ event) =>
      /** @type {KeyboardEvent} */ (event).shiftKey && this.zoom.scale > 1 ? this.zoom.pan(step / 8, 0) : this.#go(step);
    byId("loupe-previous").addEventListener("click", () => this.#go(-1));
    byId("loupe-next").addEventListener("click", () => this.#go(1));
    byId("loupe-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.#leave());
    this.dialog.addEventListener(
      "keydown",
      keyListener({
        ArrowLeft: go(-1),
        ArrowRight: go(1),
        ArrowUp: () => this.zoom.pan(0, -1 / 8),
        ArrowDown: () => this.zoom.pan(0, 1 / 8),
        u: undo,
        c: () => (this.dialog.close(), compare()),
        m: () => grid.mark(),
        ...this.zoom.keys,
        ...decisionKeys(() => this.item, choose, () => this.#go(1)),
      }),
    );
  }

  /** @param {number} step */
  #go(step) {
    const { grid } = this.culling;
    grid.goTo(grid.activeIndex + step);
    if (grid.active) this.#show(grid.active);
  }

  /** @param {Item} item */
  #show(item) {
    if (this.item !== item) {
      this.item = item;
      this.leaving.abort();
      this.leaving = new AbortController();
      byId("loupe-name").textContent = item.name;
      void this.#showPicture(item, this.leaving.signal);
    }
    this.refresh();
  }

  /** @param {Item} item @param {AbortSignal} signal */
  async #showPicture(item, signal) {
    const small = this.culling.grid.pictures.addressOf(item);
    if (small) this.image.src = small; // at once; the large one follows
    byId("loupe-none").textContent = "";
    const shown = await showLarge(this.image, item, signal);
    if (!signal.aborted && !shown && !small) byId("loupe-none").textContent = sentences.noPreview;
  }

  /** @param {Item} item */
  #showNear(item) {
    const { album, proposal, grid } = this.culling;
    const near = nearDuplicates(item, album.items.values(), proposal.photos).slice(0, MOST_NEAR);
    byId("loupe-near").hidden = near.length === 0;
    byId("loupe-near-list").replaceChildren(...near.map((one) => this.#nearButton(one, grid)));
  }

  /** @param {Item} item @param {import("../grid/grid.js").Grid} grid */
  #nearButton(item, grid) {
    const image = make("img");
    image.alt = spoken(item, this.culling.verdict(item), 1);
    const address = grid.pictures.addressOf(item);
    if (address) image.src = address;
    const open = make("button", "near-photo", image, make("span", "", String(Math.round(item.summary?.score ?? 0))));
    open.type = "button";
    open.addEventListener("click", () => (grid.goToItem(item), this.#show(item)));
    return make("li", "", open);
  }

  #leave() {
    this.leaving.abort();
    this.item = null;
    this.zoom.to(1);
    byId("grid").focus();
  }
}
