// The details of the active photo: its critique and the reasons of its proposal. A cache with a limit.

import { button } from "../dom/announce.js";
import { make } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { fetchPhoto } from "../server/photos.js";
import { stages, verdictNames } from "../text/messages.js";
import { propertiesView, reasonsView, scoreView } from "./critique-view.js";
import { facts } from "./facts.js";

/** @typedef {import("../album/album.js").Item} Item */
/** @typedef {import("../contracts.js").Photo} Photo */
/** @typedef {import("../contracts.js").Proposal} Proposal */

const CACHE_SIZE = 60;
const DEBOUNCE_MS = 80; // while an arrow key is held down

/** @type {Map<string, Photo>} */
const cache = new Map();

export class Details {
  /** @param {HTMLElement} container @param {(item: Item) => void} onDelete */
  constructor(container, onDelete) {
    this.container = container;
    this.onDelete = onDelete;
    this.shown = "";
    this.timer = 0;
    this.controller = new AbortController();
  }

  /** @param {Item | null} item @param {Proposal | null} proposal */
  show(item, proposal) {
    const signature = item ? signatureOf(item, proposal) : "";
    if (signature === this.shown) return;
    this.shown = signature;
    this.controller.abort();
    clearTimeout(this.timer);
    this.controller = new AbortController();
    const { signal } = this.controller;
    if (!item?.id || item.stage !== "scored") return this.#showStage(item);
    const photo = cache.get(item.id);
    if (photo) this.#draw(item, photo, proposal);
    else this.timer = window.setTimeout(() => void this.#fetch(item, proposal, signal), DEBOUNCE_MS);
  }

  /** @param {Item | null} item */
  #showStage(item) {
    const children = item ? [title(item), make("p", "", stages[item.stage]), this.#deleteButton(item)] : [];
    this.container.replaceChildren(...children);
  }

  /** @param {Item} item @param {Proposal | null} proposal @param {AbortSignal} signal */
  async #fetch(item, proposal, signal) {
    try {
      const photo = await fetchPhoto(item.id ?? "", signal);
      store(photo);
      this.#draw(item, photo, proposal);
    } catch (error) {
      if (signal.aborted) return;
      this.container.replaceChildren(title(item), make("p", "failure", asProblem(error).message));
      this.shown = "";
    }
  }

  /** @param {Item} item @param {Photo} photo @param {Proposal | null} proposal */
  #draw(item, photo, proposal) {
    const { critique } = photo;
    if (!critique) return this.#showStage(item);
    const properties = propertiesView(critique, facts(critique, photo, item.file));
    const views = [scoreView(critique, proposalViews(proposal, critique.reasons)), properties];
    this.container.replaceChildren(title(item), ...views, this.#deleteButton(item));
  }

  /** @param {Item} item */
  #deleteButton(item) {
    const element = button("Delete this photo", () => this.onDelete(item), "button quiet");
    element.setAttribute("aria-label", `Delete this photo, ${item.name}`);
    return element;
  }
}

/** @param {Item} item */
const title = (item) => make("h2", "details-name", item.name);

/** @param {Item} item @param {Proposal | null} proposal */
const signatureOf = (item, proposal) =>
  [item.key, item.stage, proposal?.verdict, ...(proposal?.reasons ?? []).map(({ sentence }) => sentence)].join("|");

/** @param {Photo} photo */
function store(photo) {
  if (!photo.critique) return;
  cache.set(photo.id, photo);
  const [oldest] = cache.keys();
  if (cache.size > CACHE_SIZE && oldest) cache.delete(oldest);
}

/** The reasons that the photo alone does not have.
 * @param {Proposal | null} proposal @param {import("../contracts.js").Reason[]} known */
function proposalViews(proposal, known) {
  const reasons = proposal?.reasons.filter(({ sentence }) => !known.some((reason) => reason.sentence === sentence)) ?? [];
  if (!proposal || reasons.length === 0) return [];
  const heading = proposal.decision?.flag ? "Your decision" : `In this album: ${verdictNames[proposal.verdict]}`;
  return [reasonsView(heading, reasons)];
}
