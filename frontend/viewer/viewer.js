// One photo at full size, with critique, near duplicates and decision.

import { byId, make } from "../dom/elements.js";
import { isTyping, keyListener } from "../dom/keyboard.js";
import { accessibleName, sentences } from "../text/messages.js";
import { DecisionBar, decisionKeys } from "./decision-bar.js";
import { Details } from "./details.js";
import { FaceStrip } from "./face-strip.js";
import { showFullImage } from "./full-image.js";
import { Info } from "./info.js";
import { Layers } from "./layers.js";
import { listenForTouch } from "./touch.js";
import { Zoom } from "./zoom.js";

const MAX_NEAR_DUPLICATES = 12;

export class Viewer {
  /** @param {Culling} culling */
  constructor(culling) {
    this.culling = culling;
    this.dialog = byId("viewer", HTMLDialogElement);
    this.image = byId("viewer-image", HTMLImageElement);
    this.details = new Details(byId("viewer-details"), {
      remove: (item) => (this.dialog.close(), culling.remove(item)),
      compare: (items) => culling.compare(items),
    });
    const frame = byId("viewer-frame");
    this.zoom = new Zoom((percent) => (byId("viewer-zoom").textContent = `${percent} %`));
    this.zoom.add(frame, this.image);
    this.layers = new Layers(frame, this.image, this.zoom);
    this.info = new Info(frame, this.image, () => culling.grid.thumbnails.urls);
    this.faces = new FaceStrip(this.image, this.zoom);
    this.bar = new DecisionBar(culling.choose);
    byId("viewer-decide").append(this.bar.element);
    this.controller = new AbortController();
    /** @type {Item | null} */
    this.item = null;
    this.#listen();
  }

  /** @param {Item} item */
  open(item) {
    if (!this.dialog.open) this.dialog.showModal();
    this.#show(item);
  }

  /** Show changed decisions and proposals. */
  refresh() {
    if (!this.dialog.open || !this.item) return;
    const { item } = this;
    this.bar.show(item);
    this.image.alt = accessibleName(item, this.culling.verdict(item), 1);
    this.details.show(item, this.culling.context(item));
    this.#showNear(item);
  }

  /** Show the photo that is active in the grid. @param {Item | null} [item] or this one */
  follow(item = this.culling.grid.active) {
    if (this.dialog.open && item) this.#show(item);
  }

  #listen() {
    const { grid, choose, goOn, undo, compare } = this.culling;
    const go = (/** @type {number} */ step) => (/** @type {Event} */ event) =>
      /** @type {KeyboardEvent} */ (event).shiftKey && this.zoom.scale > 1 ? this.zoom.pan(step / 8, 0) : this.#go(step);
    const flag = (/** @type {Flag} */ value) => () => {
      if (this.item) choose(this.item, { flag: value });
      goOn();
    };
    const swipes = { left: () => this.#go(1), right: () => this.#go(-1), up: flag("pick"), down: flag("reject") };
    listenForTouch(byId("viewer-frame"), this.zoom, swipes);
    byId("viewer-previous").addEventListener("click", () => this.#go(-1));
    byId("viewer-next").addEventListener("click", () => this.#go(1));
    this.dialog.addEventListener("close", () => this.#onClose());
    this.dialog.addEventListener(
      "keydown",
      keyListener({
        ArrowLeft: go(-1),
        ArrowRight: go(1),
        ArrowUp: () => this.zoom.pan(0, -1 / 8),
        ArrowDown: () => this.zoom.pan(0, 1 / 8),
        u: undo,
        Backspace: undo,
        c: () => this.#note(compare()),
        m: () => grid.mark(),
        ...this.#tools(),
        ...this.zoom.keys,
        ...decisionKeys(() => this.item, choose, goOn),
      }),
    );
  }

  /** Keys and buttons of what lies over the photo. @returns {Record<string, () => void>} */
  #tools() {
    const layer = (/** @type {LayerMode} */ mode) => () => this.layers.toggle(mode);
    const tools = { i: () => this.info.toggle(), j: layer("clipping"), f: layer("focus"), h: layer("map"), v: layer("suggestions") };
    const refresh = () => {
      for (const button of byId("viewer-tools").querySelectorAll("button[data-key]")) {
        const { key, mode } = /** @type {HTMLButtonElement} */ (button).dataset;
        button.setAttribute("aria-pressed", String(key === "i" ? this.info.on : this.layers.mode === mode));
      }
    };
    byId("viewer-zoom").addEventListener("click", () => this.zoom.toggle());
    return Object.fromEntries(
      Object.entries(tools).map(([key, toggle]) => {
        const action = () => (toggle(), refresh());
        byId("viewer-tools").querySelector(`[data-key=${key}]`)?.addEventListener("click", action);
        return [key, action];
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
      this.#note("");
      this.controller.abort();
      this.controller = new AbortController();
      byId("viewer-name").textContent = item.name;
      const shown = this.#showImage(item, this.controller.signal);
      this.layers.show(item, shown);
      this.info.show(item, shown);
      void this.faces.show(item, shown);
    }
    this.refresh();
  }

  /** @param {Item} item @param {AbortSignal} signal */
  async #showImage(item, signal) {
    const thumbnail = this.culling.grid.thumbnails.urlOf(item);
    if (!thumbnail) this.image.removeAttribute("src"); // never the photo before under this one's name
    else this.image.src = thumbnail; // until the full image is loaded
    byId("viewer-none").textContent = "";
    const shown = await showFullImage(this.image, item, signal);
    if (!signal.aborted && !shown && !thumbnail) byId("viewer-none").textContent = sentences.noPreview;
  }

  /** @param {string} sentence */
  #note(sentence) {
    byId("viewer-note").textContent = sentence;
  }

  /** @param {Item} item */
  #showNear(item) {
    const { near: nearOf, grid } = this.culling;
    const near = nearOf(item).slice(0, MAX_NEAR_DUPLICATES);
    byId("viewer-near").hidden = near.length === 0;
    byId("viewer-near-list").replaceChildren(...near.map((photo) => this.#nearButton(photo, grid)));
  }

  /** @param {Item} item @param {Grid} grid */
  #nearButton(item, grid) {
    const image = make("img");
    image.alt = accessibleName(item, this.culling.verdict(item), 1);
    const thumbnail = grid.thumbnails.urlOf(item);
    if (thumbnail) image.src = thumbnail;
    const open = make("button", "near-photo", image, make("span", "", String(Math.round(item.summary?.score ?? 0))));
    open.type = "button";
    open.addEventListener("click", () => {
      grid.goToItem(item);
      this.#show(item);
      this.dialog.focus(); // the pressed button is gone, and keys need a focus in the dialog
    });
    return make("li", "", open);
  }

  #onClose() {
    this.controller.abort();
    this.item = null;
    const none = Promise.resolve();
    this.layers.show(null, none);
    this.info.show(null, none);
    void this.faces.show(null, none);
    this.zoom.to(1);
    if (!isTyping(document.activeElement)) byId("grid").focus();
  }
}
