// The toolbar. Its view is stored for the next visit.

import { byId } from "../dom/elements.js";
import { riskSentence, sentences, tally } from "../text/messages.js";

const STORAGE_KEY = "photo-critic-view";
const SELECTS = /** @type {const} */ (["sort", "show", "stars", "stacks"]);
const SAMPLE_SIZE = 12;

export class Toolbar {
  /** @param {AlbumSelection} selection
   * @param {(name: string) => void} onChange a select of that name changed */
  constructor(selection, onChange) {
    this.selection = selection;
    this.slider = byId("keep", HTMLInputElement);
    this.number = byId("keep-number", HTMLInputElement);
    this.accept = byId("accept-open", HTMLButtonElement);
    /** @type {Set<string>} */
    this.opened = new Set();
    /** @type {Set<string>} */
    this.sample = new Set();
    const stored = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}");
    for (const name of SELECTS) {
      const select = byId(name, HTMLSelectElement);
      if (stored[name] !== "sample" && [...select.options].some(({ value }) => value === stored[name])) select.value = stored[name];
      select.addEventListener("change", () => {
        localStorage.setItem(STORAGE_KEY, JSON.stringify(this.#values()));
        onChange(name);
      });
    }
    this.slider.addEventListener("input", () => this.#setKeep(Number(this.slider.value)));
    this.number.addEventListener("change", () => this.#setKeep(Number(this.number.value))); // not each digit: all clients see it
    this.number.addEventListener("keydown", ({ key }) => (key === "Enter" || key === "Escape") && byId("grid").focus());
  }

  /** @returns {ViewOptions} */
  get options() {
    const { sort, show, stars, stacks } = this.#values();
    const { opened, sample } = this;
    return /** @type {ViewOptions} */ ({ sort, show, stars: Number(stars), stacks, opened, sample });
  }

  /** Spread a stack out, or collapse it. @param {string} id */
  toggleStack(id) {
    if (!this.opened.delete(id)) this.opened.add(id);
  }

  /** Type the number to keep. */
  focusKeep() {
    this.number.focus();
    this.number.select();
  }

  /** Show a random sample of the dropped pictures: one photo of each. @param {Moments} moments */
  showSample(moments) {
    const dropped = moments.open().moments.flatMap(([photo]) => (photo ? [photo.key] : []));
    this.sample = new Set(shuffled(dropped).slice(0, SAMPLE_SIZE));
    byId("show", HTMLSelectElement).value = "sample";
  }

  /** @param {Moments} moments @param {number} scored @param {number} shown photos, not stacks */
  refresh(moments, scored, shown) {
    const { keep, pictures } = this.selection;
    this.slider.disabled = this.number.disabled = pictures === 0;
    this.accept.disabled = !this.selection.current;
    this.slider.max = this.number.max = String(Math.max(1, pictures));
    this.slider.value = String(keep);
    if (document.activeElement !== this.number) this.number.value = String(keep);
    this.slider.setAttribute("aria-valuetext", sentences.keepOf(keep, pictures));
    byId("keep-note").textContent = riskSentence(this.selection.head);
    byId("tally").textContent = pictures ? tally(moments.counts(), keep) : "";
    byId("shown").textContent = shown === scored ? "" : sentences.shown(shown);
  }

  /** @param {number} keep */
  #setKeep(keep) {
    if (!Number.isInteger(keep) || keep < 1) return;
    this.selection.setKeep(Math.min(keep, this.selection.pictures));
    this.accept.disabled = !this.selection.current;
    this.slider.value = String(keep);
    if (document.activeElement !== this.number) this.number.value = String(keep);
  }

  #values() {
    return Object.fromEntries(SELECTS.map((name) => [name, byId(name, HTMLSelectElement).value]));
  }
}

/** Fisher and Yates' shuffle. @template T @param {T[]} list */
function shuffled(list) {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last--) {
    const index = Math.floor(Math.random() * (last + 1));
    [copy[last], copy[index]] = [/** @type {T} */ (copy[index]), /** @type {T} */ (copy[last])];
  }
  return copy;
}
