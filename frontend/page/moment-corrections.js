// Merged and separated moments; the notice of each undoes it.

import { newId } from "../album/decisions.js";
import { showNotice } from "../dom/announce.js";
import { correctGroups, withdrawCorrection } from "../server/albums.js";
import { asProblem } from "../server/errors.js";
import { sentences } from "../text/messages.js";

const TOPIC = "moments";
const NEVER_ABORTED = new AbortController().signal;

export class MomentCorrections {
  /** @param {AlbumState} album @param {Grid} grid */
  constructor(album, grid) {
    this.album = album;
    this.grid = grid;
  }

  /** Merge the moments of the marked photos, or separate the marked photos, else the active one.
   * @param {CorrectionKind} kind */
  async correct(kind) {
    const { active, markedItems } = this.grid;
    const items = kind === "separate" && markedItems.length === 0 && active ? [active] : markedItems;
    const photos = items.flatMap(({ id }) => id ?? []);
    if (photos.length < (kind === "merge" ? 2 : 1)) return showNotice(TOPIC, sentences.markToMerge);
    const id = newId();
    await this.#request(() => correctGroups(this.album.id, { id, kind, photos }, NEVER_ABORTED), () => {
      this.grid.unmarkAll();
      const undo = { label: sentences.undo, run: () => void this.#withdraw(id) };
      showNotice(TOPIC, kind === "merge" ? sentences.merged(photos.length) : sentences.separated(photos.length), undo);
    }); // prettier-ignore
  }

  /** @param {string} id */
  #withdraw(id) {
    return this.#request(() => withdrawCorrection(this.album.id, id, NEVER_ABORTED), () => showNotice(TOPIC, ""));
  }

  /** @param {() => Promise<unknown>} request @param {() => void} onDone */
  async #request(request, onDone) {
    try {
      await request();
      this.album.revision += 1; // moments affect the proposals
      this.album.notify();
      onDone();
    } catch (error) {
      showNotice(TOPIC, asProblem(error).message);
    }
  }
}
