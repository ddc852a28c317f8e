// One cell of the grid. Cells are reused for other photos.

import { copyOf, part } from "../dom/elements.js";
import { accessibleName, flagMarks, sentences, stages, verdictMarks } from "../text/messages.js";

export class Cell {
  /** @param {string} id of the element */
  constructor(id) {
    this.element = copyOf("cell-template");
    this.element.id = id;
    this.image = part(this.element, "image", HTMLImageElement);
    /** @type {Item | null} */
    this.item = null;
    this.drawn = "";
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height pixels */
  moveTo(x, y, width, height) {
    const { style } = this.element;
    style.transform = `translate(${x}px, ${y}px)`;
    style.width = `${width}px`;
    style.height = `${height}px`;
  }

  /** @param {CellContent} content */
  show(content) {
    const { item, stack, top } = content.entry;
    this.item = item;
    const signature = [
      item.key, item.stage, item.progress, item.summary?.score, item.decision?.flag, item.decision?.stars, item.favourites,
      content.verdict, content.thumbnailUrl, content.active, content.marked, content.index, content.total, stack?.items.length, stack?.open, top,
    ].join("|"); // prettier-ignore
    if (signature === this.drawn) return;
    this.drawn = signature;
    this.#describe(content);
    this.#draw(content);
  }

  /** @param {CellContent} content */
  #describe({ entry: { item, stack, top }, index, total, verdict, active, marked }) {
    const { element } = this;
    part(element, "accessible-name").textContent = accessibleName(item, verdict, top ? (stack?.items.length ?? 1) : 1);
    element.setAttribute("aria-posinset", String(index + 1));
    element.setAttribute("aria-setsize", String(total));
    element.setAttribute("aria-selected", String(marked));
    element.classList.toggle("active", active);
    const flag = item.decision?.flag;
    part(element, "mark").textContent = (flag ? flagMarks[flag] : verdictMarks[verdict ?? ""]) ?? "";
    Object.assign(element.dataset, {
      name: item.name,
      stage: item.stage,
      verdict: flag ? "" : (verdict ?? ""),
      flag: flag ?? "",
      marked: marked ? sentences.marked : "",
      stack: stack ? (top ? (stack.open ? "open" : "closed") : "spread") : "",
    });
  }

  /** @param {CellContent} content */
  #draw({ entry: { item, stack, top }, thumbnailUrl }) {
    if (thumbnailUrl && this.image.src !== thumbnailUrl) this.image.src = thumbnailUrl;
    if (!thumbnailUrl) this.image.removeAttribute("src");
    part(this.element, "score").textContent = item.summary ? String(Math.round(item.summary.score)) : "";
    part(this.element, "name").textContent = item.name;
    const hearts = item.favourites ? ` ♥ ${item.favourites}` : "";
    part(this.element, "stars").textContent = "★".repeat(item.decision?.stars ?? 0) + hearts;
    part(this.element, "stack").textContent = stack && top ? String(stack.items.length) : "";
    const percent = item.stage === "uploading" ? ` ${Math.round(item.progress * 100)} %` : "";
    part(this.element, "stage").textContent = item.stage === "scored" ? "" : stages[item.stage] + percent;
  }
}
