// One photo's card: its picture, how far it is, its critique or its trouble.

import { measuredView, verdictView } from "./critique-view.js";
import { copyOf, part } from "./find.js";
import { retryWord, sentences, stages } from "./words.js";

/** @typedef {import("./words.js").Stage} Stage */

export class Card {
  /**
   * @param {string} name
   * @param {{onForget: () => void, onRetry: () => void}} actions
   */
  constructor(name, { onForget, onRetry }) {
    this.element = copyOf("card-template");
    this.image = part(this.element, "image", HTMLImageElement);
    this.image.alt = name;
    part(this.element, "name").textContent = name;
    const forget = part(this.element, "forget");
    forget.setAttribute("aria-label", `Forget ${name}`);
    forget.addEventListener("click", onForget);
    part(this.element, "retry").addEventListener("click", onRetry);
  }

  /**
   * Show a picture; false when the browser cannot.
   * @param {Blob} blob
   * @returns {Promise<boolean>}
   */
  async showPicture(blob) {
    const address = URL.createObjectURL(blob);
    const earlier = this.image.src;
    this.image.src = address;
    const shown = await this.image.decode().then(
      () => true,
      () => false,
    );
    URL.revokeObjectURL(earlier);
    if (this.image.src !== address) return true; // another picture came meanwhile
    this.image.hidden = !shown;
    this.showNoPicture(shown ? "" : sentences.previewLater);
    return shown;
  }

  /** @param {string} sentence */
  showNoPicture(sentence) {
    const caption = part(this.element, "no-image");
    caption.textContent = sentence;
    caption.hidden = sentence === "";
  }

  /**
   * @param {Stage} stage
   * @param {number} [share] 0 to 1; without it the bar only says that something is going on
   */
  showStage(stage, share) {
    this.#show("progress", stage);
    part(this.element, "stage").textContent = stages[stage];
    const bar = part(this.element, "bar", HTMLProgressElement);
    if (share === undefined) bar.removeAttribute("value");
    else bar.value = share;
    bar.setAttribute("aria-label", stages[stage]);
  }

  /**
   * @param {import("./contracts.js").Critique} critique
   * @param {{term: string, text: string}[]} facts told under "Details"
   */
  showCritique(critique, facts) {
    this.#show("verdict", "scored");
    part(this.element, "verdict").replaceChildren(verdictView(critique));
    const measured = part(this.element, "measured");
    measured.replaceChildren(measuredView(critique, facts));
    measured.hidden = false;
  }

  /** @param {import("./problems.js").ProblemError} problem */
  showTrouble(problem) {
    this.#show("trouble", "failed");
    part(this.element, "sentence").textContent = problem.message;
    const retry = part(this.element, "retry");
    retry.textContent = retryWord(problem.code);
    retry.hidden = problem.permanent && !problem.code.startsWith("api_key");
    if (this.image.hidden) this.showNoPicture(sentences.noPreview);
  }

  remove() {
    URL.revokeObjectURL(this.image.src);
    this.element.remove();
  }

  /**
   * @param {"progress" | "trouble" | "verdict"} shown
   * @param {string} state
   */
  #show(shown, state) {
    this.element.dataset.state = state;
    for (const name of ["progress", "trouble", "verdict", "measured"]) part(this.element, name).hidden = name !== shown;
  }
}
