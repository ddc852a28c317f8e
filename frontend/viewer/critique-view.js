// A critique as elements.

import { copyOf, make, part } from "../dom/elements.js";
import { figure } from "../text/formats.js";
import {
  heading,
  intervalSentence,
  labelSentence,
  levelNames,
  modelName,
  percentileSentence,
  rankSentence,
  reasonSentence,
  scoreSentence,
} from "../text/messages.js";

/** The rank, the score, and the reasons for and against the photo. @param {Critique} critique
 * @param {Standing | null} standing
 * @param {HTMLElement[]} proposal the reasons of its proposal */
export function scoreView(critique, standing, proposal) {
  const view = copyOf("score-template");
  part(view, "rank").textContent = standing ? rankSentence(standing) : "";
  showScore(view, critique);
  fill(part(view, "notes"), critique.image.notes);
  part(view, "notes").after(...proposal);
  showReasons(part(view, "favourable"), critique.reasons, true);
  showReasons(part(view, "against"), critique.reasons, false);
  return view;
}

/** The properties off the usual; the ordinary ones and technical details on demand. @param {Critique} critique
 * @param {[string, string][]} rows technical details */
export function propertiesView(critique, rows) {
  const view = copyOf("properties-template");
  const properties = Object.entries(critique.properties);
  const isUsual = (/** @type {[string, Property]} */ [, { level }]) => level === "usual";
  const unusual = properties.filter((entry) => !isUsual(entry));
  part(view, "unusual-section").hidden = unusual.length === 0;
  part(view, "unusual").append(...unusual.map(propertyRow));
  part(view, "usual").append(...properties.filter(isUsual).map(propertyRow));
  part(view, "percentile").textContent = percentileSentence(critique, critique.reference);
  part(view, "model").textContent = modelName(critique.provenance.model, critique.provenance.version);
  part(view, "details").append(...rows.flatMap(([term, text]) => [make("dt", "", term), make("dd", "", text)]));
  return view;
}

/** The reasons of a proposal. @param {string} title @param {Reason[]} reasons */
export function reasonsView(title, reasons) {
  const rows = reasons.map((reason) => make("li", reason.favourable ? "for" : "against", reasonSentence(reason)));
  return make("section", "reasons proposed", make("h3", "", title), make("ul", "", ...rows));
}

/** @param {Element} view @param {Critique} critique */
function showScore(view, critique) {
  part(view, "score").textContent = scoreSentence(critique);
  part(view, "label").textContent = labelSentence(critique);
  part(view, "scale", HTMLMeterElement).value = critique.score;
  part(view, "interval").textContent = intervalSentence(critique);
}

/** @param {HTMLElement} list @param {string[]} sentences */
function fill(list, sentences) {
  list.hidden = sentences.length === 0;
  list.replaceChildren(...sentences.map((sentence) => make("li", "", sentence)));
}

/** @param {HTMLElement} section @param {Reason[]} reasons @param {boolean} favourable */
function showReasons(section, reasons, favourable) {
  const sentences = reasons.filter((reason) => reason.favourable === favourable).map(reasonSentence);
  section.hidden = sentences.length === 0;
  fill(/** @type {HTMLElement} */ (section.querySelector("ul")), sentences);
}

/** @param {[string, Property]} entry */
function propertyRow([name, { level, value, unit }]) {
  const figures = make("span", "property-figure fine", figure(value, unit));
  return make("li", "property", make("span", "property-name", heading(name)), levelBar(level), figures);
}

/** Three steps: low, usual, high. @param {Level} level */
function levelBar(level) {
  const bar = make("span", "level", make("i"), make("i"), make("i"));
  bar.dataset.level = level;
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", levelNames[level]);
  return bar;
}
