// The active photo's critique and the reasons of its proposal.

import { button } from "../dom/announce.js";
import { make } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { technicalRows } from "../text/formats.js";
import { betterFrameName, sentences, stages } from "../text/messages.js";
import { propertiesView, reasonsView, scoreView } from "./critique-view.js";
import { cachedPhoto, photoOf } from "./photo-cache.js";

const DEBOUNCE_MS = 80; // while an arrow key is held down

export class Details {
  /** @param {HTMLElement} container @param {DetailsActions} actions */
  constructor(container, actions) {
    this.container = container;
    this.actions = actions;
    this.shown = "";
    this.timer = 0;
  }

  /** @param {Item | null} item @param {PhotoContext | null} context */
  show(item, context) {
    const signature = item && context ? signatureOf(item, context) : "";
    if (signature === this.shown) return;
    this.shown = signature;
    clearTimeout(this.timer);
    if (!item?.id || !context || item.stage !== "scored") return this.#showStage(item);
    const photo = cachedPhoto(item.id);
    if (photo) this.#draw(item, photo, context);
    else this.timer = window.setTimeout(() => void this.#fetch(item, context, signature), DEBOUNCE_MS);
  }

  /** @param {Item | null} item */
  #showStage(item) {
    const children = item ? [title(item), make("p", "", stages[item.stage]), this.#deleteButton(item)] : [];
    this.container.replaceChildren(...children);
  }

  /** @param {Item} item @param {PhotoContext} context @param {string} signature */
  async #fetch(item, context, signature) {
    try {
      const photo = await photoOf(item.id ?? "");
      if (signature === this.shown) this.#draw(item, photo, context);
    } catch (error) {
      if (signature !== this.shown) return;
      this.container.replaceChildren(title(item), make("p", "failure", asProblem(error).message));
      this.shown = "";
    }
  }

  /** @param {Item} item @param {Photo} photo @param {PhotoContext} context */
  #draw(item, photo, context) {
    const { critique } = photo;
    if (!critique) return this.#showStage(item);
    const proposed = [...this.#betterViews(item, context), ...proposalViews(context.proposal, critique.reasons)];
    const properties = propertiesView(critique, technicalRows(critique, photo, item.file));
    const views = [scoreView(critique, context.standing, proposed), properties];
    this.container.replaceChildren(title(item), ...views, this.#deleteButton(item));
  }

  /** The better frame of the moment; a click compares. @param {Item} item @param {PhotoContext} context */
  #betterViews(item, { better, betterUrl }) {
    if (!better) return [];
    const image = make("img");
    image.alt = "";
    if (betterUrl) image.src = betterUrl;
    const compare = button("", () => this.actions.compare([item, better]), "better");
    compare.append(image, make("span", "", betterFrameName(better), make("b", "", sentences.compare)));
    return [compare];
  }

  /** @param {Item} item */
  #deleteButton(item) {
    const element = button(sentences.deletePhoto, () => this.actions.remove(item), "button quiet");
    element.setAttribute("aria-label", `${sentences.deletePhoto}, ${item.name}`);
    return element;
  }
}

/** @param {Item} item */
const title = (item) => make("h2", "details-name", item.name);

/** @param {Item} item @param {PhotoContext} context */
const signatureOf = (item, { proposal, standing, better, betterUrl }) =>
  [
    ...[item.key, item.stage, proposal?.verdict, better?.key, betterUrl],
    ...[standing?.rank, standing?.pictures, standing?.rankInKind, standing?.frame, standing?.frames],
    ...(proposal?.reasons ?? []).map(({ sentence }) => sentence),
  ].join("|");

/** The reasons that the photo alone does not have.
 * @param {Proposal | null} proposal @param {Reason[]} known */
function proposalViews(proposal, known) {
  const reasons = proposal?.reasons.filter(({ sentence }) => !known.some((reason) => reason.sentence === sentence)) ?? [];
  if (!proposal || reasons.length === 0) return [];
  const heading = proposal.decision?.flag ? sentences.yourDecision : sentences.inThisAlbum(proposal.verdict);
  return [reasonsView(heading, reasons)];
}
