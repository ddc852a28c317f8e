// Photos side by side, at the same zoom and position.

import { byId, copyOf, part } from "../dom/elements.js";
import { isTyping, keyListener } from "../dom/keyboard.js";
import { accessibleName, reasonSentence, sentences } from "../text/messages.js";
import { DecisionBar, decisionKeys } from "./decision-bar.js";
import { revoke, showFullImage } from "./full-image.js";
import { Zoom } from "./zoom.js";

const MAX_PHOTOS = 6;

export class Compare {
  /** @param {Culling} culling */
  constructor(culling) {
    this.culling = culling;
    this.dialog = byId("compare", HTMLDialogElement);
    this.container = byId("compare-panes");
    this.zoom = new Zoom();
    this.controller = new AbortController();
    /** @type {Pane[]} */
    this.panes = [];
    this.#listen();
  }

  /** Compare these photos: by default the marked ones, with fewer than two the active one and its near duplicates.
   * @param {Item[]} [all] @returns {string} why not; "" once it is open */
  open(all = this.#photos()) {
    const items = all.slice(0, MAX_PHOTOS);
    if (items.length < 2) return sentences.markMore;
    byId("compare-count").textContent = all.length > items.length ? sentences.compared(items.length, all.length) : "";
    this.zoom = new Zoom();
    this.controller = new AbortController();
    this.panes = items.map((item) => this.#pane(item));
    this.container.dataset.count = String(items.length);
    this.container.replaceChildren(...this.panes.map(({ element }) => element));
    this.dialog.showModal();
    this.panes[0]?.element.focus();
    this.refresh();
    return "";
  }

  refresh() {
    if (!this.dialog.open) return;
    for (const { item, element, bar } of this.panes) {
      bar.show(item);
      element.setAttribute("aria-label", accessibleName(item, this.culling.verdict(item), 1));
      const reasons = this.culling.selection.proposals.get(item.id ?? "")?.reasons ?? [];
      part(element, "why").textContent = reasons.map(reasonSentence).join(" ");
    }
  }

  /** Photos are decided about alone here. @type {Choose} */
  #choose = (item, changes) => this.culling.choose(item, changes, true);

  /** Pick the photo that has the focus, and go on from there. @param {Item | null} item @param {boolean} stay */
  #win(item, stay) {
    if (!item) return;
    this.#choose(item, { flag: "pick" });
    if (stay) return;
    this.dialog.close();
    this.culling.grid.goToItem(item);
    this.culling.goOn();
  }

  #photos() {
    const { grid, near } = this.culling;
    const marked = grid.markedItems;
    const { active } = grid;
    return marked.length >= 2 || !active ? marked : [active, ...near(active)];
  }

  /** @param {Item} item @returns {Pane} */
  #pane(item) {
    const element = copyOf("pane-template");
    const image = part(element, "image", HTMLImageElement);
    const bar = new DecisionBar(this.#choose);
    part(element, "decide").append(bar.element);
    part(element, "name").textContent = item.name;
    part(element, "score").textContent = item.summary ? String(Math.round(item.summary.score)) : "";
    this.zoom.add(part(element, "frame"), image);
    void showFullImage(image, item, this.controller.signal);
    return { item, element, bar };
  }

  #listen() {
    const go = (/** @type {number} */ step) => () => {
      const index = this.panes.findIndex(({ element }) => element.contains(document.activeElement));
      this.panes.at((index + step) % this.panes.length)?.element.focus();
    };
    const focused = () => this.panes.find(({ element }) => element.contains(document.activeElement))?.item ?? null;
    this.dialog.addEventListener("close", () => {
      this.controller.abort();
      for (const image of this.container.querySelectorAll("img")) revoke(image);
      this.culling.grid.unmarkAll();
      if (!byId("viewer", HTMLDialogElement).open && !isTyping(document.activeElement)) byId("grid").focus();
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
        Backspace: this.culling.undo,
        ...this.zoom.keys,
        ...decisionKeys(focused, this.#choose, go(1)),
        p: ({ shiftKey }) => this.#win(focused(), shiftKey),
      })(event),
    );
  }
}
