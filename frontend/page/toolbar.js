// What is shown and in which order, how many to keep; the choices outlive the visit.

import { byId } from "./find.js";
import { photos } from "./words.js";

/** @typedef {import("../album/order.js").Wish} Wish */

const STORED_AS = "photo-critic-view";
const SELECTS = /** @type {const} */ (["sort", "show", "stars", "stacks"]);

export class Toolbar {
  /**
   * @param {import("../album/proposal.js").Proposal} proposal
   * @param {() => void} onChange
   */
  constructor(proposal, onChange) {
    this.proposal = proposal;
    this.keep = byId("keep", HTMLInputElement);
    /** @type {Set<string>} */
    this.opened = new Set();
    const stored = JSON.parse(localStorage.getItem(STORED_AS) ?? "{}");
    for (const name of SELECTS) {
      const select = byId(name, HTMLSelectElement);
      if ([...select.options].some(({ value }) => value === stored[name])) select.value = stored[name];
      select.addEventListener("change", () => {
        localStorage.setItem(STORED_AS, JSON.stringify(this.#values()));
        onChange();
      });
    }
    this.keep.addEventListener("input", () => {
      proposal.choose(Number(this.keep.value));
      this.#tellKeep();
    });
  }

  /** @returns {Wish} */
  get wish() {
    const { sort, show, stars, stacks } = this.#values();
    return /** @type {Wish} */ ({ sort, show, stars: Number(stars), stacks, opened: this.opened });
  }

  /** Spread a stack out, or lay it together. @param {string} id */
  toggleStack(id) {
    if (!this.opened.delete(id)) this.opened.add(id);
  }

  /** @param {number} scored @param {number} shown */
  refresh(scored, shown) {
    this.keep.disabled = scored === 0;
    this.keep.max = String(Math.max(1, scored));
    this.keep.value = String(this.proposal.keep);
    this.#tellKeep();
    byId("shown").textContent = shown === scored ? "" : `${photos(shown)} shown`;
  }

  #tellKeep() {
    const kept = [...this.proposal.photos.values()].filter(({ verdict }) => verdict === "keep").length;
    const { keep } = this.proposal;
    byId("keep-count").textContent = String(keep);
    byId("keep-told").textContent = kept && kept !== keep ? `${photos(kept)}, with your picks and whole series` : "";
    this.keep.setAttribute("aria-valuetext", `${keep} of ${this.keep.max}`);
  }

  #values() {
    return Object.fromEntries(SELECTS.map((name) => [name, byId(name, HTMLSelectElement).value]));
  }
}
