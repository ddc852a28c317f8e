// A critique, drawn: the score and its meaning, reasons, measured properties, details.

import { copyOf, make, part } from "../page/find.js";
import { heading, labelSentence, modelSentence, percentileSentence } from "../page/words.js";

/** @typedef {import("../contracts.js").Critique} Critique */

/**
 * The score, what it means, and what speaks for and against the photo.
 * @param {Critique} critique
 */
export function verdictView(critique) {
  const view = copyOf("verdict-template");
  showScore(view, critique);
  fill(part(view, "notes"), critique.image.notes);
  showReasons(part(view, "favourable"), critique.reasons, true);
  showReasons(part(view, "against"), critique.reasons, false);
  return view;
}

/**
 * The measured properties, and the details that few want to see.
 * @param {Critique} critique
 * @param {{term: string, text: string}[]} facts
 */
export function measuredView({ properties }, facts) {
  const view = copyOf("measured-template");
  part(view, "properties").append(...Object.entries(properties).map(propertyRow));
  part(view, "details").append(...facts.flatMap(({ term, text }) => [make("dt", "", term), make("dd", "", text)]));
  return view;
}

/**
 * Why it is proposed to be kept or not, beside the others.
 * @param {string} title
 * @param {import("../contracts.js").Reason[]} reasons
 */
export function reasonsView(title, reasons) {
  const rows = reasons.map(({ sentence, favourable }) => make("li", favourable ? "for" : "against", sentence));
  return make("section", "reasons proposed", make("h3", "", title), make("ul", "", ...rows));
}

/**
 * @param {Element} view
 * @param {Critique} critique
 */
function showScore(view, critique) {
  part(view, "score").textContent = String(Math.round(critique.score));
  part(view, "label").textContent = labelSentence(critique);
  part(view, "scale", HTMLMeterElement).value = critique.score;
  part(view, "percentile").textContent = percentileSentence(critique, critique.reference);
  part(view, "model").textContent = modelSentence(critique);
}

/**
 * @param {HTMLElement} list
 * @param {string[]} sentences
 */
function fill(list, sentences) {
  list.hidden = sentences.length === 0;
  list.replaceChildren(...sentences.map((sentence) => make("li", "", sentence)));
}

/**
 * @param {HTMLElement} section
 * @param {import("../contracts.js").Reason[]} reasons
 * @param {boolean} favourable
 */
function showReasons(section, reasons, favourable) {
  const told = reasons.filter((reason) => reason.favourable === favourable).map((reason) => reason.sentence);
  section.hidden = told.length === 0;
  fill(/** @type {HTMLElement} */ (section.querySelector("ul")), told);
}

/** @param {[string, import("../contracts.js").Property]} entry */
function propertyRow([name, { level, sentence, value, unit }]) {
  const row = make("li", "property", make("span", "property-name", heading(name)), levelBar(level));
  row.append(make("span", "property-sentence", sentence));
  row.title = `${Number(value.toPrecision(3))} ${unit}`;
  return row;
}

/** Three steps, one of them lit: low, usual, high. @param {import("../contracts.js").Level} level */
function levelBar(level) {
  const bar = make("span", "level", make("i"), make("i"), make("i"));
  bar.dataset.level = level;
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", level);
  return bar;
}
