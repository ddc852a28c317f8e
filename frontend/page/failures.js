// The failed photos, each with its problem and, where it can help, a retry.

import { button } from "../dom/announce.js";
import { byId, make } from "../dom/elements.js";
import { needsKey } from "../server/errors.js";
import { sentences } from "../text/messages.js";

const MAX_ROWS = 20;

export class Failures {
  /** @param {{retry: (item: Item) => void, remove: (item: Item) => void}} actions */
  constructor(actions) {
    this.actions = actions;
    this.drawn = "";
    /** @type {Item[]} */
    this.failed = [];
    byId("failures-retry").addEventListener("click", () => this.failed.filter(canRetry).forEach(actions.retry));
    byId("failures-delete").addEventListener("click", () => this.failed.forEach(actions.remove));
  }

  /** @param {Iterable<Item>} items */
  refresh(items) {
    this.failed = [...items].filter(({ stage }) => stage === "failed");
    const signature = this.failed.map(({ key, problem }) => `${key} ${problem?.code}`).join();
    if (signature === this.drawn) return;
    this.drawn = signature;
    const count = this.failed.length;
    byId("failures-open").hidden = count === 0;
    if (count === 0) byId("failures").hidePopover();
    byId("failures-open").textContent = sentences.failedChip(count);
    byId("failures-title").textContent = sentences.failedTitle(count);
    byId("failures-retry").hidden = this.failed.filter(canRetry).length < 2;
    byId("failures-delete").hidden = count < 2;
    const more = count > MAX_ROWS ? [make("li", "", sentences.more(count - MAX_ROWS))] : [];
    byId("failures-list").replaceChildren(...this.failed.slice(0, MAX_ROWS).map((item) => this.#row(item)), ...more);
  }

  /** @param {Item} item */
  #row(item) {
    const { name, problem } = item;
    const row = make("li", "failure", make("b", "", name), make("p", "", problem?.message ?? ""));
    row.dataset.name = name;
    if (canRetry(item)) row.append(labelled(button(sentences.tryAgain, () => this.actions.retry(item)), name));
    row.append(labelled(button(sentences.delete, () => this.actions.remove(item)), name));
    return row;
  }
}

/** A photo of another visit has no file on this page to upload. @param {Item} item */
const canRetry = ({ problem, file }) => file !== null && (!problem?.permanent || needsKey(problem));

/** @param {HTMLButtonElement} element @param {string} name */
function labelled(element, name) {
  element.setAttribute("aria-label", `${element.textContent} ${name}`);
  return element;
}
