// One chosen photo: sends it on its journey and tells its card and the album how it goes.

import { fetchPreview, forgetPhoto } from "./api.js";
import { Card } from "./card.js";
import { facts } from "./facts.js";
import { newJourney, travel } from "./journey.js";
import { asProblem } from "./problems.js";
import { sentences } from "./words.js";

const UNSCORED = -1;

export class ChosenPhoto {
  /**
   * @param {File} file
   * @param {{original: boolean, order: number, album: import("./album.js").Album}} where
   */
  constructor(file, { original, order, album }) {
    this.journey = newJourney(file, original);
    this.album = album;
    this.leaving = new AbortController();
    this.card = new Card(file.name, { onForget: () => this.forget(), onRetry: () => this.go() });
    /** @type {import("./album.js").Entry} */
    this.entry = { element: this.card.element, order, state: "under way", score: UNSCORED };
    album.add(this.entry);
    this.pictured = this.card.showPicture(file);
  }

  /** Bring the photo to its critique, from wherever it stands. */
  async go() {
    const { signal } = this.leaving;
    this.#now("under way");
    try {
      const critique = await travel(this.journey, (stage, share) => this.#tell(stage, share), signal);
      this.card.showCritique(critique, facts(critique, this.journey));
      this.#now("scored", critique.score);
      await this.#showServerPreview();
    } catch (error) {
      if (signal.aborted) return;
      this.card.showTrouble(asProblem(error));
      this.#now("failed");
    }
  }

  /** Stop whatever is under way, and have the server forget the photo. */
  async forget() {
    this.leaving.abort();
    this.leaving = new AbortController();
    try {
      if (this.journey.photoId) await forgetPhoto(this.journey.photoId, this.leaving.signal);
      this.card.remove();
      this.album.remove(this.entry);
    } catch (error) {
      this.card.showTrouble(asProblem(error));
      this.#now("failed");
    }
  }

  /**
   * @param {import("./words.js").Stage} stage
   * @param {number} [share]
   */
  #tell(stage, share) {
    this.card.showStage(stage, share);
    // The small picture instead of the large one: twenty camera originals on one page would fill a phone's memory.
    if (stage === "ready" && this.journey.parcel?.shrunk) this.pictured = this.card.showPicture(this.journey.parcel.blob);
  }

  /**
   * @param {import("./album.js").Entry["state"]} state
   * @param {number} [score]
   */
  #now(state, score = UNSCORED) {
    Object.assign(this.entry, { state, score });
    this.album.changed();
  }

  /** For formats that the browser cannot show: the picture the server made. A missing one spoils no score. */
  async #showServerPreview() {
    if ((await this.pictured) || !this.journey.photoId) return;
    try {
      await this.card.showPicture(await fetchPreview(this.journey.photoId, this.leaving.signal));
    } catch {
      this.card.showNoPicture(sentences.noPreview);
    }
  }
}
