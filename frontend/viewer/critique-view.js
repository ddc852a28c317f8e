// A critique as elements: score, reasons, measured properties, details.

import { copyOf, make, part } from "../dom/elements.js";
import { heading, intervalSentence, labelSentence, modelSentence, percentileSentence } from "../text/messages.js";

/** @typedef {import("../contracts.js").Critique} Critique */

/**
 * The score, its meaning, and the reasons for and against the photo.
 * @param {Critique} critique
 * @param {HTMLElement[]} proposal the reasons of its proposal
 */
export function scoreView(critique, proposal) {
  const view = copyOf("score-template");
  showScore(view, critique);
  fill(part(view, "notes"), critique.image.notes);
  part(view, "notes").after(...proposal);
  showReasons(part(view, "favourable"), critique.reasons, true);
  showReasons(part(view, "against"), critique.reasons, false);
  return view;
}

/**
 * The measured properties, and technical details.
 * @param {Critique} critique
 * @param {{term: string, text: string}[]} facts
 */
export function propertiesView({ properties }, facts) {
  const view = copyOf("properties-template");
  part(view, "properties").append(...Object.entries(properties).map(propertyRow));
  part(view, "details").append(...facts.flatMap(({ term, text }) => [make("dt", "", term), make("dd", "", text)]));
  return view;
}

/**
 * The reasons of a proposal.
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
  part(view, "interval").textContent = intervalSentence(critique);
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
  const sentences = reasons.filter((reason) => reason.favourable === favourable).map((reason) => reason.sentence);
  section.hidden = sentences.length === 0;
  fill(/** @type {HTMLElement} */ (section.querySelector("ul")), sentences);
}

/** @param {[string, import("../contracts.js").Property]} entry */
function propertyRow([name, { level, sentence, value, unit }]) {
  const row = make("li", "property", make("span", "property-name", heading(name)), levelBar(level));
  if (level !== "usual") row.append(make("span", "property-sentence", sentence)); // an ordinary value needs none
  row.title = `${Number(value.toPrecision(3))} ${unit}`;
  return row;
}

/** Three steps: low, usual, high. @param {import("../contracts.js").Level} level */
function levelBar(level) {
  const bar = make("span", "level", make("i"), make("i"), make("i"));
  bar.dataset.level = level;
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", level);
  return bar;
}
