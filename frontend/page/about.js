// The footer: what the model says about itself.

import { byId, make } from "./find.js";
import { fetchModels } from "../server/models.js";
import { asProblem } from "../server/problems.js";
import { sentences } from "./words.js";

/** @typedef {import("../contracts.js").Manifest} Manifest */
/** @typedef {import("../contracts.js").DatasetCard} DatasetCard */

/** Fetch the model cards and show them; a server without them says so in a sentence. */
export async function showAbout() {
  const place = byId("about");
  try {
    const models = await fetchModels(new AbortController().signal);
    place.replaceChildren(...(models.length ? models.map(modelCard) : [make("p", "", sentences.cardsUnknown)]));
  } catch (error) {
    place.replaceChildren(make("p", "", `${sentences.cardsUnknown} ${asProblem(error).message}`));
  }
}

/** @param {Manifest} model */
function modelCard(model) {
  const { name, version, architecture, summary, reference, datasets } = model;
  const card = make("article", "model");
  card.append(make("p", "", summary));
  card.append(make("p", "", `A score is set against ${reference.photos} photos of ${reference.dataset}.`));
  card.append(make("h3", "", `Model ${name}, version ${version}`), make("p", "fine", architecture));
  card.append(make("ul", "datasets", ...datasets.map(datasetRow)));
  return card;
}

/** @param {DatasetCard} dataset */
function datasetRow({ name, role, photos, licence, source }) {
  const row = make("li", "", make("b", "", name), ` ${role}, ${photos} photos. ${licence}. `);
  row.append(isLink(source) ? Object.assign(make("a", "", "Source"), { href: source, rel: "noreferrer" }) : source);
  return row;
}

/** Only a web address may become a link: a manifest is data. @param {string} text */
const isLink = (text) => /^https?:\/\/\S+$/.test(text);
