// Photos that could not be scored: each with a plain reason, and a way out where there is one.

import { button } from "./announce.js";
import { byId, make } from "./find.js";

/** @typedef {import("../album/album.js").Item} Item */

const SHOWN = 20;

export class Troubles {
  /** @param {{again: (item: Item) => void, forget: (item: Item) => void}} actions */
  constructor(actions) {
    this.actions = actions;
    this.drawn = "";
    byId("troubles-again").addEventListener("click", () => this.failed.filter(canTryAgain).forEach(actions.again));
    byId("troubles-forget").addEventListener("click", () => this.failed.forEach(actions.forget));
    /** @type {Item[]} */
    this.failed = [];
  }

  /** @param {Iterable<Item>} items */
  refresh(items) {
    this.failed = [...items].filter(({ stage }) => stage === "failed");
    const signature = this.failed.map(({ key, problem }) => `${key} ${problem?.code}`).join();
    if (signature === this.drawn) return;
    this.drawn = signature;
    const count = this.failed.length;
    byId("troubles").hidden = count === 0;
    byId("troubles-title").textContent = count === 1 ? "One photo could not be scored" : `${count} photos could not be scored`;
    byId("troubles-again").hidden = this.failed.filter(canTryAgain).length < 2;
    byId("troubles-forget").hidden = count < 2;
    const more = count > SHOWN ? [make("li", "", `and ${count - SHOWN} more`)] : [];
    byId("troubles-list").replaceChildren(...this.failed.slice(0, SHOWN).map((item) => this.#row(item)), ...more);
  }

  /** @param {Item} item */
  #row(item) {
    const { name, problem } = item;
    const row = make("li", "trouble", make("b", "", name), make("p", "", problem?.message ?? ""));
    row.dataset.name = name;
    if (canTryAgain(item)) row.append(named(button("Try again", () => this.actions.again(item)), "Try again", name));
    row.append(named(button("Forget", () => this.actions.forget(item)), "Forget", name));
    return row;
  }
}

/** A photo of an earlier visit is only on the server, and cannot be sent from here. @param {Item} item */
const canTryAgain = ({ problem, file }) =>
  file !== null && (!problem?.permanent || problem.code.startsWith("api_key"));

/** @param {HTMLButtonElement} made @param {string} word @param {string} name */
function named(made, word, name) {
  made.setAttribute("aria-label", `${word} ${name}`);
  return made;
}
