// One cell of the grid: the picture, its score, what is decided or proposed, its stack. Cells are used again and again.

import { copyOf, part } from "../page/find.js";
import { spoken, stages } from "../page/words.js";

/** @typedef {import("../album/order.js").Place} Place */
/** @typedef {{place: Place, index: number, total: number, verdict: string | null, address: string | null, active: boolean, marked: boolean}} Shown */

export class Cell {
  /** @param {string} id of the element */
  constructor(id) {
    this.element = copyOf("cell-template");
    this.element.id = id;
    this.image = part(this.element, "image", HTMLImageElement);
    /** @type {import("../album/album.js").Item | null} */
    this.item = null;
    this.drawn = "";
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height pixels */
  put(x, y, width, height) {
    const { style } = this.element;
    style.transform = `translate(${x}px, ${y}px)`;
    style.width = `${width}px`;
    style.height = `${height}px`;
  }

  /** @param {Shown} shown */
  show(shown) {
    const { item, stack, top } = shown.place;
    this.item = item;
    const signature = [
      item.key, item.stage, item.share, item.summary?.score, item.decision?.flag, item.decision?.stars, shown.verdict,
      shown.address, shown.active, shown.marked, shown.index, shown.total, stack?.items.length, stack?.open, top,
    ].join("|"); // prettier-ignore
    if (signature === this.drawn) return;
    this.drawn = signature;
    this.#describe(shown);
    this.#draw(shown);
  }

  /** @param {Shown} shown */
  #describe({ place: { item, stack, top }, index, total, verdict, active, marked }) {
    const { element } = this;
    part(element, "spoken").textContent = spoken(item, verdict, top ? (stack?.items.length ?? 1) : 1);
    element.setAttribute("aria-posinset", String(index + 1));
    element.setAttribute("aria-setsize", String(total));
    element.setAttribute("aria-selected", String(marked));
    element.classList.toggle("active", active);
    const flag = item.decision?.flag;
    Object.assign(element.dataset, {
      name: item.name,
      stage: item.stage,
      verdict: flag ? "" : (verdict ?? ""),
      flag: flag ?? "",
      stack: stack ? (top ? (stack.open ? "open" : "closed") : "spread") : "",
    });
  }

  /** @param {Shown} shown */
  #draw({ place: { item, stack, top }, address }) {
    if (address && this.image.src !== address) this.image.src = address;
    if (!address) this.image.removeAttribute("src");
    part(this.element, "score").textContent = item.summary ? String(Math.round(item.summary.score)) : "";
    part(this.element, "name").textContent = item.name;
    part(this.element, "stars").textContent = "★".repeat(item.decision?.stars ?? 0);
    part(this.element, "stack").textContent = stack && top ? String(stack.items.length) : "";
    const share = item.stage === "uploading" ? ` ${Math.round(item.share * 100)} %` : "";
    part(this.element, "stage").textContent = item.stage === "scored" ? "" : stages[item.stage] + share;
  }
}
