// Why a photo has its score and its verdict: fetched when somebody looks at it, the last few kept.

import { button } from "../page/announce.js";
import { make } from "../page/find.js";
import { asProblem } from "../server/problems.js";
import { fetchPhoto } from "../server/photos.js";
import { stages, verdictWords } from "../page/words.js";
import { measuredView, reasonsView, verdictView } from "./critique-view.js";
import { facts } from "./facts.js";

/** @typedef {import("../album/album.js").Item} Item */
/** @typedef {import("../contracts.js").Proposal} Proposed */

const KEPT = 60;
const SETTLE_MS = 80; // while somebody holds an arrow key

/** @type {Map<string, import("../contracts.js").Photo>} */
const known = new Map();

export class Details {
  /** @param {HTMLElement} place @param {(item: Item) => void} onForget */
  constructor(place, onForget) {
    this.place = place;
    this.onForget = onForget;
    this.shown = "";
    this.timer = 0;
    this.leaving = new AbortController();
  }

  /** @param {Item | null} item @param {Proposed | null} proposal */
  show(item, proposal) {
    const wanted = item ? [item.key, item.stage, proposal?.verdict, ...(proposal?.reasons ?? []).map(({ code }) => code)].join("|") : "";
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.leaving.abort();
    clearTimeout(this.timer);
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    if (!item?.id || item.stage !== "scored") return this.#showStage(item);
    const photo = known.get(item.id);
    if (photo) this.#draw(item, photo, proposal);
    else this.timer = window.setTimeout(() => void this.#fetch(item, proposal, signal), SETTLE_MS);
  }

  /** @param {Item | null} item */
  #showStage(item) {
    const told = item ? [make("h2", "details-name", item.name), make("p", "", stages[item.stage]), this.#forget(item)] : [];
    this.place.replaceChildren(...told);
  }

  /** @param {Item} item @param {Proposed | null} proposal @param {AbortSignal} signal */
  async #fetch(item, proposal, signal) {
    try {
      const photo = await fetchPhoto(item.id ?? "", signal);
      remember(photo);
      this.#draw(item, photo, proposal);
    } catch (error) {
      if (signal.aborted) return;
      this.place.replaceChildren(make("h2", "details-name", item.name), make("p", "trouble", asProblem(error).message));
      this.shown = "";
    }
  }

  /** @param {Item} item @param {import("../contracts.js").Photo} photo @param {Proposed | null} proposal */
  #draw(item, photo, proposal) {
    const { critique } = photo;
    if (!critique) return this.#showStage(item);
    const measured = measuredView(critique, facts(critique, photo, item.file));
    const name = make("h2", "details-name", item.name);
    this.place.replaceChildren(name, verdictView(critique), ...proposed(proposal), measured, this.#forget(item));
  }

  /** @param {Item} item */
  #forget(item) {
    const made = button("Forget this photo", () => this.onForget(item), "button quiet");
    made.setAttribute("aria-label", `Forget this photo, ${item.name}`);
    return made;
  }
}

/** @param {import("../contracts.js").Photo} photo */
function remember(photo) {
  if (!photo.critique) return;
  known.set(photo.id, photo);
  const [oldest] = known.keys();
  if (known.size > KEPT && oldest) known.delete(oldest);
}

/** @param {Proposed | null} proposal */
function proposed(proposal) {
  if (!proposal || proposal.reasons.length === 0) return [];
  const title = proposal.decision?.flag ? "Your decision" : `In this album: ${verdictWords[proposal.verdict]}`;
  return [reasonsView(title, proposal.reasons)];
}
