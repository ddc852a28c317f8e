// Buttons and keys for pick, reject and stars.

import { copyOf, part } from "../dom/elements.js";
import { button } from "../dom/announce.js";

/** @typedef {import("../album/album.js").Item} Item */
/** @typedef {(item: Item, changes: Partial<import("../contracts.js").Choice>) => void} Choose */

export class DecisionBar {
  /** @param {Choose} choose */
  constructor(choose) {
    this.element = copyOf("decision-template");
    /** @type {Item | null} */
    this.item = null;
    this.pick = part(this.element, "pick", HTMLButtonElement);
    this.reject = part(this.element, "reject", HTMLButtonElement);
    const decide = (/** @type {Partial<import("../contracts.js").Choice>} */ choice) => this.item && choose(this.item, choice);
    this.pick.addEventListener("click", () => decide({ flag: pressed(this.pick) ? null : "pick" }));
    this.reject.addEventListener("click", () => decide({ flag: pressed(this.reject) ? null : "reject" }));
    this.stars = [1, 2, 3, 4, 5].map((stars) => {
      const star = button("★", () => decide({ stars: this.item?.decision?.stars === stars ? 0 : stars }), "star");
      star.setAttribute("aria-label", stars === 1 ? "One star" : `${stars} stars`);
      return star;
    });
    part(this.element, "stars").append(...this.stars);
  }

  /** @param {Item} item */
  show(item) {
    this.item = item;
    const { flag, stars } = item.decision ?? {};
    this.pick.setAttribute("aria-pressed", String(flag === "pick"));
    this.reject.setAttribute("aria-pressed", String(flag === "reject"));
    this.stars.forEach((star, index) => {
      star.classList.toggle("lit", index < (stars ?? 0));
      star.setAttribute("aria-pressed", String(index + 1 === stars));
    });
  }
}

/** @param {HTMLButtonElement} toggle */
const pressed = (toggle) => toggle.getAttribute("aria-pressed") === "true";

/** Keys for decisions, in the grid and in the dialogs.
 * @param {() => Item | null} item @param {Choose} choose @param {() => void} next after a decision with Shift */
export function decisionKeys(item, choose, next) {
  const decide = (/** @type {Partial<import("../contracts.js").Choice>} */ choice) => (/** @type {KeyboardEvent} */ event) => {
    const decided = item();
    if (!decided) return;
    choose(decided, choice);
    if (event.shiftKey) next();
  };
  const stars = [0, 1, 2, 3, 4, 5].map((count) => [String(count), decide({ stars: count })]);
  return { p: decide({ flag: "pick" }), x: decide({ flag: "reject" }), ...Object.fromEntries(stars) };
}
