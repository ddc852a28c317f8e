import { copyOf, part } from "../dom/elements.js";
import { button } from "../dom/announce.js";
import { sentences } from "../text/messages.js";

export class DecisionBar {
  /** @param {Choose} choose */
  constructor(choose) {
    this.element = copyOf("decision-template");
    /** @type {Item | null} */
    this.item = null;
    this.pick = part(this.element, "pick", HTMLButtonElement);
    this.reject = part(this.element, "reject", HTMLButtonElement);
    const decide = (/** @type {Changes} */ choice, alone = false) => this.item && choose(this.item, choice, alone);
    this.pick.addEventListener("click", () => decide({ flag: pressed(this.pick) ? null : "pick" }));
    this.reject.addEventListener("click", ({ altKey }) => decide({ flag: pressed(this.reject) ? null : "reject" }, altKey));
    this.stars = [1, 2, 3, 4, 5].map((stars) => {
      const star = button("★", () => decide({ stars: this.item?.decision?.stars === stars ? 0 : stars }), "star");
      star.setAttribute("aria-label", sentences.stars(stars));
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

/** Keys for decisions, in the grid and in the dialogs. A flag goes on to the next photo, except with Shift.
 * @param {() => Item | null} item @param {Choose} choose @param {() => void} goOn */
export function decisionKeys(item, choose, goOn) {
  const flag = (/** @type {Flag} */ value) => (/** @type {KeyboardEvent} */ event) => {
    const decided = item();
    if (!decided) return;
    choose(decided, { flag: value }, event.altKey);
    if (!event.shiftKey) goOn();
  };
  const rate = (/** @type {number} */ stars) => () => {
    const rated = item();
    if (rated) choose(rated, { stars });
  };
  const stars = Object.fromEntries([0, 1, 2, 3, 4, 5].map((count) => [String(count), rate(count)]));
  return { p: flag("pick"), x: flag("reject"), "Alt+x": flag("reject"), ...stars };
}
