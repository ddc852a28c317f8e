// The grid of an album: only visible photos have elements.

import { byId } from "../dom/elements.js";
import { Cell } from "./cell.js";
import { geometry, positionOf, totalHeight, visibleRange } from "./geometry.js";
import { Thumbnails } from "./thumbnails.js";

export class Grid {
  /** @param {(item: Item) => Verdict | null} verdict @param {GridListener} listener */
  constructor(verdict, listener) {
    this.verdict = verdict;
    this.listener = listener;
    this.scroller = byId("grid");
    this.canvas = byId("grid-canvas");
    /** @type {GridEntry[]} */
    this.entries = [];
    /** @type {Map<string, Cell>} by the photo's key */
    this.cells = new Map();
    /** @type {Cell[]} */
    this.spare = [];
    this.cellCount = 0;
    /** @type {string | null} */
    this.activeKey = null;
    /** Before the visitor activates a photo, the first one is active. */
    this.activated = false;
    this.revealing = false;
    /** @type {Set<string>} */
    this.marked = new Set();
    this.thumbnails = new Thumbnails(() => (this.#scheduleDraw(), listener.onThumbnail()));
    this.shape = geometry(1);
    this.drawScheduled = false;
    this.#listen();
  }

  get active() {
    return this.entries[this.activeIndex]?.item ?? null;
  }

  get activeEntry() {
    return this.entries[this.activeIndex] ?? null;
  }

  get activeIndex() {
    return this.entries.findIndex(({ item }) => item.key === this.activeKey);
  }

  /** Marked photos, in the order of the grid. */
  get markedItems() {
    return this.entries.filter(({ item }) => this.marked.has(item.key)).map(({ item }) => item);
  }

  /** @param {GridEntry[]} entries */
  show(entries) {
    const former = this.activeIndex;
    this.entries = entries;
    if (!this.activated) this.activeKey = entries[0]?.item.key ?? null;
    if (this.activeIndex < 0) this.activeKey = (this.#topAbove() ?? entries[Math.min(Math.max(former, 0), entries.length - 1)])?.item.key ?? null;
    if (this.revealing) this.#scrollTo(this.activeIndex);
    this.revealing = false;
    this.#draw();
  }

  /** Go to a photo that the next entries may have, itself or in a stack. @param {Item} item */
  reveal(item) {
    this.activeKey = item.key;
    this.activated = this.revealing = true;
  }

  /** The entry of the stack that covers the active photo. */
  #topAbove() {
    return this.entries.find(({ stack }) => stack?.items.some(({ key }) => key === this.activeKey));
  }

  /** Go to the next photo, or to the next stack. @param {string} [stack] the stack to leave */
  goOn(stack) {
    const from = this.activeIndex;
    const index = this.entries.findIndex((entry, position) => position > from && (!stack || entry.stack?.id !== stack));
    if (index >= 0) this.goTo(index);
  }

  /** @param {number} index @param {boolean} [scroll] */
  goTo(index, scroll = true) {
    const entry = this.entries[Math.max(0, Math.min(index, this.entries.length - 1))];
    if (!entry) return;
    this.activeKey = entry.item.key;
    this.activated = true;
    if (scroll) this.#scrollTo(this.activeIndex);
    this.#draw();
    this.listener.onActive();
  }

  /** @param {Item} item */
  goToItem(item) {
    const index = this.entries.findIndex((entry) => entry.item === item);
    if (index >= 0) this.goTo(index);
  }

  /** @param {number} columns @param {number} rows */
  move(columns, rows) {
    this.goTo(this.activeIndex + columns + rows * this.shape.columns);
  }

  /** @param {number} pages */
  page(pages) {
    const rows = Math.max(1, Math.floor(this.scroller.clientHeight / this.shape.height));
    const index = this.activeIndex + pages * rows * this.shape.columns;
    this.goTo(index);
  }

  /** Mark or unmark the active photo for the comparison. */
  mark() {
    if (!this.activeKey) return;
    if (!this.marked.delete(this.activeKey)) this.marked.add(this.activeKey);
    this.#draw();
  }

  unmarkAll() {
    this.marked.clear();
    this.#draw();
  }

  #listen() {
    this.scroller.addEventListener("scroll", () => this.#scheduleDraw(), { passive: true });
    new ResizeObserver(() => this.#scheduleDraw()).observe(this.scroller);
    this.canvas.addEventListener("click", (event) => this.#click(event));
    this.canvas.addEventListener("dblclick", () => this.active && this.listener.onOpen(this.active));
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const element = target.closest(".cell");
    const index = this.entries.findIndex(({ item }) => this.cells.get(item.key)?.element === element);
    const entry = this.entries[index];
    if (!entry) return;
    this.goTo(index, false);
    const touched = /** @type {PointerEvent} */ (event).pointerType === "touch";
    if (entry.stack && target.closest(".cell-stack")) this.listener.onStack(entry.stack);
    else if (event.ctrlKey || event.metaKey || event.shiftKey) this.mark();
    else if (touched) this.listener.onOpen(entry.item);
  }

  /** @param {number} index */
  #scrollTo(index) {
    const { y } = positionOf(this.shape, index);
    const { scrollTop, clientHeight } = this.scroller;
    const margin = 8;
    if (y < scrollTop) this.scroller.scrollTop = y - margin;
    else if (y + this.shape.height > scrollTop + clientHeight) {
      this.scroller.scrollTop = y + this.shape.height - clientHeight + 3 * margin;
    }
  }

  #scheduleDraw() {
    if (this.drawScheduled) return;
    this.drawScheduled = true;
    requestAnimationFrame(() => {
      this.drawScheduled = false;
      this.#draw();
    });
  }

  #draw() {
    this.shape = geometry(this.canvas.clientWidth);
    const count = this.entries.length;
    this.canvas.style.height = `${totalHeight(this.shape, count)}px`;
    const view = { top: this.scroller.scrollTop, height: this.scroller.clientHeight, count };
    const { first, end } = visibleRange(this.shape, view);
    const visible = this.entries.slice(first, end);
    this.#release(new Set(visible.map(({ item }) => item.key)));
    visible.forEach((entry, offset) => this.#drawCell(entry, first + offset));
    const active = this.activeKey ? this.cells.get(this.activeKey) : null;
    if (active) this.scroller.setAttribute("aria-activedescendant", active.element.id);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  /** Free the cells of photos that are no longer visible. @param {Set<string>} visibleKeys */
  #release(visibleKeys) {
    for (const [key, cell] of this.cells) {
      if (visibleKeys.has(key)) continue;
      this.cells.delete(key);
      if (cell.item) this.thumbnails.cancel(cell.item);
      cell.element.hidden = true;
      this.spare.push(cell);
    }
  }

  /** @param {GridEntry} entry @param {number} index */
  #drawCell(entry, index) {
    const { item } = entry;
    let cell = this.cells.get(item.key);
    if (!cell) {
      cell = this.spare.pop() ?? this.#newCell();
      cell.element.hidden = false;
      this.cells.set(item.key, cell);
    }
    const { x, y } = positionOf(this.shape, index);
    cell.moveTo(x, y, this.shape.width, this.shape.height);
    cell.show({
      entry,
      index,
      total: this.entries.length,
      verdict: this.verdict(item),
      thumbnailUrl: this.thumbnails.urlOf(item),
      active: item.key === this.activeKey,
      marked: this.marked.has(item.key),
    });
  }

  #newCell() {
    const cell = new Cell(`cell-${this.cellCount++}`);
    this.canvas.append(cell.element);
    return cell;
  }
}
