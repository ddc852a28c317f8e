// The toolbar: sorting, filters, stacks, and the number of photos to keep. The choices are stored for the next visit.

import { byId } from "../dom/elements.js";
import { photos } from "../text/messages.js";

/** @typedef {import("../album/arrange.js").ViewOptions} ViewOptions */

const STORAGE_KEY = "photo-critic-view";
const SELECTS = /** @type {const} */ (["sort", "show", "stars", "stacks"]);

export class Toolbar {
  /**
   * @param {import("../album/selection.js").Selection} selection
   * @param {() => void} onChange
   */
  constructor(selection, onChange) {
    this.selection = selection;
    this.keep = byId("keep", HTMLInputElement);
    /** @type {Set<string>} */
    this.opened = new Set();
    const stored = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}");
    for (const name of SELECTS) {
      const select = byId(name, HTMLSelectElement);
      if ([...select.options].some(({ value }) => value === stored[name])) select.value = stored[name];
      select.addEventListener("change", () => {
        localStorage.setItem(STORAGE_KEY, JSON.stringify(this.#values()));
        onChange();
      });
    }
    this.keep.addEventListener("input", () => {
      selection.setKeep(Number(this.keep.value));
      this.#showKeep();
    });
  }

  /** @returns {ViewOptions} */
  get options() {
    const { sort, show, stars, stacks } = this.#values();
    return /** @type {ViewOptions} */ ({ sort, show, stars: Number(stars), stacks, opened: this.opened });
  }

  /** Spread a stack out, or collapse it. @param {string} id */
  toggleStack(id) {
    if (!this.opened.delete(id)) this.opened.add(id);
  }

  /** @param {number} scored @param {number} shown */
  refresh(scored, shown) {
    this.keep.disabled = scored === 0;
    this.keep.max = String(Math.max(1, scored));
    this.keep.value = String(this.selection.keep);
    this.#showKeep();
    byId("shown").textContent = shown === scored ? "" : `${photos(shown)} shown`;
  }

  #showKeep() {
    const keepers = [...this.selection.proposals.values()].filter(({ verdict }) => verdict === "keep").length;
    const { keep } = this.selection;
    byId("keep-count").textContent = String(keep);
    byId("keep-note").textContent =
      keepers && keepers !== keep ? `${photos(keepers)}, with your picks and whole series` : "";
    this.keep.setAttribute("aria-valuetext", `${keep} of ${this.keep.max}`);
  }

  #values() {
    return Object.fromEntries(SELECTS.map((name) => [name, byId(name, HTMLSelectElement).value]));
  }
}
