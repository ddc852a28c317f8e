import { byId, make } from "../dom/elements.js";
import { asProblem } from "../server/errors.js";
import { fetchModels } from "../server/models.js";
import { modelName, sentences } from "../text/messages.js";

/** Load and show the model cards, or a sentence about their absence. */
export async function showAbout() {
  const container = byId("about");
  try {
    const models = await fetchModels(new AbortController().signal);
    container.replaceChildren(...(models.length ? models.map(modelCard) : [make("p", "", sentences.modelsUnavailable)]));
  } catch (error) {
    container.replaceChildren(make("p", "", `${sentences.modelsUnavailable} ${asProblem(error).message}`));
  }
}

/** @param {Manifest} model */
function modelCard(model) {
  const { name, version, architecture, summary, reference, datasets } = model;
  const card = make("article", "model");
  card.append(make("p", "", summary));
  card.append(make("p", "", sentences.scoresRelativeTo(reference.photos, reference.dataset)));
  card.append(make("h3", "", modelName(name, version)), make("p", "fine", architecture));
  card.append(make("ul", "datasets", ...datasets.map(datasetRow)));
  return card;
}

/** @param {DatasetCard} dataset */
function datasetRow({ name, role, photos, licence, source }) {
  const row = make("li", "", make("b", "", name), sentences.dataset(role, photos, licence));
  row.append(isLink(source) ? Object.assign(make("a", "", sentences.source), { href: source, rel: "noreferrer" }) : source);
  return row;
}

/** Only web addresses become links: a manifest is data. @param {string} text */
const isLink = (text) => /^https?:\/\/\S+$/.test(text);
