// All photos on the page: their order, and how many have their score.

import { byId } from "./find.js";
import { summary } from "./words.js";

/** @typedef {{element: HTMLElement, order: number, state: "under way" | "scored" | "failed", score: number}} Entry */

export class Album {
  constructor() {
    /** @type {Set<Entry>} */
    this.entries = new Set();
    this.bestFirst = false;
    this.list = byId("cards", HTMLOListElement);
    const sort = byId("sort", HTMLButtonElement);
    sort.addEventListener("click", () => {
      this.bestFirst = !this.bestFirst;
      sort.setAttribute("aria-pressed", String(this.bestFirst));
      this.changed();
    });
  }

  /** @param {Entry} entry */
  add(entry) {
    this.entries.add(entry);
    this.changed();
  }

  /** @param {Entry} entry */
  remove(entry) {
    this.entries.delete(entry);
    this.changed();
  }

  /** Bring summary and order up to date. */
  changed() {
    const counts = { all: this.entries.size, scored: this.#count("scored"), failed: this.#count("failed") };
    byId("album").hidden = counts.all === 0;
    byId("drop").classList.toggle("small", counts.all > 0);
    byId("summary").textContent = summary(counts);
    byId("sort").hidden = counts.all < 2;
    this.#arrange();
  }

  /** @param {Entry["state"]} state */
  #count(state) {
    return [...this.entries].filter((entry) => entry.state === state).length;
  }

  /** Only cards that are out of place move, so that focus and playing animations stay. */
  #arrange() {
    const byOrder = (/** @type {Entry} */ a, /** @type {Entry} */ b) => a.order - b.order;
    const byScore = (/** @type {Entry} */ a, /** @type {Entry} */ b) => b.score - a.score || byOrder(a, b);
    const sorted = [...this.entries].sort(this.bestFirst ? byScore : byOrder);
    sorted.forEach(({ element }, place) => {
      const there = this.list.children[place] ?? null;
      if (there !== element) this.list.insertBefore(element, there);
    });
  }
}
