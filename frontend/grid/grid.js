// The grid of an album. However many photos it has, only those in view are in the document.

import { byId } from "../page/find.js";
import { Cell } from "./cell.js";
import { geometry, positionOf, totalHeight, visible } from "./geometry.js";
import { Pictures } from "./pictures.js";

/** @typedef {import("../album/album.js").Item} Item */
/** @typedef {import("../album/order.js").Place} Place */

/**
 * @typedef {object} Listener
 * @property {() => void} onMoved another photo is the active one
 * @property {(item: Item) => void} onOpen
 * @property {(stack: import("../album/order.js").Stack) => void} onStack
 */

export class Grid {
  /**
   * @param {(item: Item) => string | null} verdict
   * @param {Listener} listener
   */
  constructor(verdict, listener) {
    this.verdict = verdict;
    this.listener = listener;
    this.scroller = byId("grid");
    this.canvas = byId("grid-canvas");
    /** @type {Place[]} */
    this.places = [];
    /** @type {Map<string, Cell>} by the photo's key */
    this.cells = new Map();
    /** @type {Cell[]} */
    this.spare = [];
    this.made = 0;
    /** @type {string | null} */
    this.activeKey = null;
    /** Until somebody chooses, the first photo is the active one, whichever it becomes. */
    this.chosen = false;
    /** @type {Set<string>} */
    this.marked = new Set();
    this.pictures = new Pictures(() => this.#soon());
    this.shape = geometry(1);
    this.waiting = false;
    this.#listen();
  }

  get active() {
    return this.places[this.activeIndex]?.item ?? null;
  }

  get activeIndex() {
    return this.places.findIndex(({ item }) => item.key === this.activeKey);
  }

  /** Marked photos, in the order of the grid. */
  get markedItems() {
    return this.places.filter(({ item }) => this.marked.has(item.key)).map(({ item }) => item);
  }

  /** @param {Place[]} places */
  show(places) {
    const before = this.activeIndex;
    this.places = places;
    if (!this.chosen) this.activeKey = places[0]?.item.key ?? null;
    if (this.activeIndex < 0) this.activeKey = places[Math.min(Math.max(before, 0), places.length - 1)]?.item.key ?? null;
    this.#draw();
  }

  /** @param {number} index @param {boolean} [scroll] */
  goTo(index, scroll = true) {
    const place = this.places[Math.max(0, Math.min(index, this.places.length - 1))];
    if (!place) return;
    this.activeKey = place.item.key;
    this.chosen = true;
    if (scroll) this.#scrollTo(this.activeIndex);
    this.#draw();
    this.listener.onMoved();
  }

  /** @param {Item} item */
  goToItem(item) {
    const index = this.places.findIndex((place) => place.item === item);
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

  /** Mark or unmark the active photo, for comparing. */
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
    this.scroller.addEventListener("scroll", () => this.#soon(), { passive: true });
    new ResizeObserver(() => this.#soon()).observe(this.scroller);
    this.canvas.addEventListener("click", (event) => this.#click(event));
    this.canvas.addEventListener("dblclick", () => this.active && this.listener.onOpen(this.active));
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const element = target.closest(".cell");
    const index = this.places.findIndex(({ item }) => this.cells.get(item.key)?.element === element);
    const place = this.places[index];
    if (!place) return;
    this.goTo(index, false);
    const touched = /** @type {PointerEvent} */ (event).pointerType === "touch";
    if (place.stack && target.closest(".cell-stack")) this.listener.onStack(place.stack);
    else if (event.ctrlKey || event.metaKey || event.shiftKey) this.mark();
    else if (touched) this.listener.onOpen(place.item);
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

  #soon() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.#draw();
    });
  }

  #draw() {
    this.shape = geometry(this.canvas.clientWidth);
    const count = this.places.length;
    this.canvas.style.height = `${totalHeight(this.shape, count)}px`;
    const view = { top: this.scroller.scrollTop, height: this.scroller.clientHeight, count };
    const { first, end } = visible(this.shape, view);
    const seen = this.places.slice(first, end);
    this.#release(new Set(seen.map(({ item }) => item.key)));
    seen.forEach((place, offset) => this.#drawCell(place, first + offset));
    const active = this.activeKey ? this.cells.get(this.activeKey) : null;
    if (active) this.scroller.setAttribute("aria-activedescendant", active.element.id);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  /** Cells whose photo is out of view are free for others. @param {Set<string>} seen */
  #release(seen) {
    for (const [key, cell] of this.cells) {
      if (seen.has(key)) continue;
      this.cells.delete(key);
      if (cell.item) this.pictures.unneeded(cell.item);
      cell.element.hidden = true;
      this.spare.push(cell);
    }
  }

  /** @param {Place} place @param {number} index */
  #drawCell(place, index) {
    const { item } = place;
    let cell = this.cells.get(item.key);
    if (!cell) {
      cell = this.spare.pop() ?? this.#newCell();
      cell.element.hidden = false;
      this.cells.set(item.key, cell);
    }
    const { x, y } = positionOf(this.shape, index);
    cell.put(x, y, this.shape.width, this.shape.height);
    cell.show({
      place,
      index,
      total: this.places.length,
      verdict: this.verdict(item),
      address: this.pictures.addressOf(item),
      active: item.key === this.activeKey,
      marked: this.marked.has(item.key),
    });
  }

  #newCell() {
    const cell = new Cell(`cell-${this.made++}`);
    this.canvas.append(cell.element);
    return cell;
  }
}
