// Two to four photos side by side, at the same zoom and position.

import { nearDuplicates } from "../album/order.js";
import { say } from "../page/announce.js";
import { byId, copyOf, part } from "../page/find.js";
import { keyListener } from "../page/keyboard.js";
import { sentences, spoken } from "../page/words.js";
import { DecideBar, decisionKeys } from "./decide-bar.js";
import { giveBack, showLarge } from "./large-picture.js";
import { Zoom } from "./zoom.js";

/** @typedef {import("../album/album.js").Item} Item */
/** @typedef {{item: Item, element: HTMLElement, bar: DecideBar}} Pane */

const MOST = 4;

export class Compare {
  /** @param {import("./loupe.js").Culling} culling */
  constructor(culling) {
    this.culling = culling;
    this.dialog = byId("compare", HTMLDialogElement);
    this.place = byId("compare-panes");
    this.zoom = new Zoom();
    this.leaving = new AbortController();
    /** @type {Pane[]} */
    this.panes = [];
    this.#listen();
  }

  /** The marked photos; when fewer than two are marked, the active one and its near duplicates. */
  open() {
    const items = this.#chosen();
    if (items.length < 2) return say(sentences.markMore), false;
    this.zoom = new Zoom();
    this.leaving = new AbortController();
    this.panes = items.map((item) => this.#pane(item));
    this.place.dataset.count = String(items.length);
    this.place.replaceChildren(...this.panes.map(({ element }) => element));
    this.dialog.showModal();
    this.panes[0]?.element.focus();
    this.refresh();
    return true;
  }

  refresh() {
    if (!this.dialog.open) return;
    for (const { item, element, bar } of this.panes) {
      bar.show(item);
      element.setAttribute("aria-label", spoken(item, this.culling.verdict(item), 1));
      const reasons = this.culling.proposal.photos.get(item.id ?? "")?.reasons ?? [];
      part(element, "why").textContent = reasons.map(({ sentence }) => sentence).join(" ");
    }
  }

  #chosen() {
    const { grid, album, proposal } = this.culling;
    const marked = grid.markedItems;
    const { active } = grid;
    if (marked.length >= 2 || !active) return marked.slice(0, MOST);
    return [active, ...nearDuplicates(active, album.items.values(), proposal.photos)].slice(0, MOST);
  }

  /** @param {Item} item @returns {Pane} */
  #pane(item) {
    const element = copyOf("pane-template");
    const image = part(element, "image", HTMLImageElement);
    const bar = new DecideBar(this.culling.choose);
    part(element, "decide").append(bar.element);
    part(element, "name").textContent = item.name;
    part(element, "score").textContent = item.summary ? String(Math.round(item.summary.score)) : "";
    this.zoom.add(part(element, "frame"), image);
    void showLarge(image, item, this.leaving.signal);
    return { item, element, bar };
  }

  #listen() {
    const go = (/** @type {number} */ step) => () => {
      const place = this.panes.findIndex(({ element }) => element.contains(document.activeElement));
      this.panes.at((place + step) % this.panes.length)?.element.focus();
    };
    const focused = () => this.panes.find(({ element }) => element.contains(document.activeElement))?.item ?? null;
    byId("compare-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => {
      this.leaving.abort();
      for (const image of this.place.querySelectorAll("img")) giveBack(image);
      this.culling.grid.unmarkAll();
      byId("grid").focus();
    });
    const pan = (/** @type {number} */ x, /** @type {number} */ y) => () => this.zoom.pan(x / 8, y / 8);
    const sideways = (/** @type {number} */ step) => (/** @type {KeyboardEvent} */ event) =>
      event.shiftKey ? pan(step, 0)() : go(step)();
    this.dialog.addEventListener("keydown", (event) =>
      keyListener({
        ArrowLeft: sideways(-1),
        ArrowRight: sideways(1),
        ArrowUp: pan(0, -1),
        ArrowDown: pan(0, 1),
        u: this.culling.undo,
        ...this.zoom.keys,
        ...decisionKeys(focused, this.culling.choose, go(1)),
      })(event),
    );
  }
}
