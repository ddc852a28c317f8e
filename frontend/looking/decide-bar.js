// Pick, reject, stars: as buttons, for fingers and for those who do not know the keys.

import { copyOf, part } from "../page/find.js";
import { button } from "../page/announce.js";

/** @typedef {import("../album/album.js").Item} Item */
/** @typedef {(item: Item, part: Partial<import("../contracts.js").Choice>) => void} Choose */

export class DecideBar {
  /** @param {Choose} choose */
  constructor(choose) {
    this.element = copyOf("decide-template");
    /** @type {Item | null} */
    this.item = null;
    this.pick = part(this.element, "pick", HTMLButtonElement);
    this.reject = part(this.element, "reject", HTMLButtonElement);
    const decide = (/** @type {Partial<import("../contracts.js").Choice>} */ choice) => this.item && choose(this.item, choice);
    this.pick.addEventListener("click", () => decide({ flag: pressed(this.pick) ? null : "pick" }));
    this.reject.addEventListener("click", () => decide({ flag: pressed(this.reject) ? null : "reject" }));
    this.stars = [1, 2, 3, 4, 5].map((stars) => {
      const one = button("★", () => decide({ stars: this.item?.decision?.stars === stars ? 0 : stars }), "star");
      one.setAttribute("aria-label", stars === 1 ? "One star" : `${stars} stars`);
      return one;
    });
    part(this.element, "stars").append(...this.stars);
  }

  /** @param {Item} item */
  show(item) {
    this.item = item;
    const { flag, stars } = item.decision ?? {};
    this.pick.setAttribute("aria-pressed", String(flag === "pick"));
    this.reject.setAttribute("aria-pressed", String(flag === "reject"));
    this.stars.forEach((one, place) => {
      one.classList.toggle("lit", place < (stars ?? 0));
      one.setAttribute("aria-pressed", String(place + 1 === stars));
    });
  }
}

/** @param {HTMLButtonElement} one */
const pressed = (one) => one.getAttribute("aria-pressed") === "true";

/** What keys do to a photo, in the grid and in the dialogs.
 * @param {() => Item | null} item @param {Choose} choose @param {() => void} next where Shift goes on to */
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
