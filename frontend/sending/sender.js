// Photos on their way to the server: shrink → upload → arrived. Each can fail alone, and go on from where it stopped.

import { uploadPath } from "../server/albums.js";
import { read } from "../server/answers.js";
import { BUSY_PAUSE_MAX_MS, RESULT_MS, RETRY_PAUSES_MS } from "../server/deadlines.js";
import { askForKey, storedKey } from "../server/key.js";
import { pause } from "../server/pause.js";
import { ProblemError, asProblem, busyTooLong, fromDocument, isBusy } from "../server/problems.js";
import { upload } from "../server/upload.js";
import { Gate } from "./gate.js";
import { Lane } from "./lane.js";
import * as outbox from "./outbox.js";
import { pack } from "./pack.js";
import { POOL_SIZE } from "./pool.js";

/** @typedef {import("../album/album.js").Item} Item */
/** @typedef {import("../contracts.js").PhotoReceipt} PhotoReceipt */

// Browsers open six connections to a server: three uploads and the events leave two for everything else.
const UPLOADS = 3;
const RETRY_PAUSES = RETRY_PAUSES_MS.split(" ").map(Number);

export class Sender {
  /** @param {import("../album/album.js").Album} album */
  constructor(album) {
    this.album = album;
    this.gate = new Gate();
    this.shrinking = new Lane(POOL_SIZE);
    this.uploading = new Lane(UPLOADS);
    this.saved = { chosen: 0, sent: 0 }; // bytes
  }

  /** @param {boolean} paused */
  setPaused(paused) {
    this.gate.setPaused(paused);
    this.album.changed();
  }

  /**
   * Bring a photo to the server. Never throws: what goes wrong is told by the item.
   * @param {Item} item its `file` is to be sent
   */
  async send(item) {
    const { signal } = item.leaving;
    try {
      await this.#keep(item, item.file, false);
      const parcel = item.parcel ?? (await this.shrinking.run(() => this.#shrink(item), signal));
      this.album.set(item, { stage: "ready" });
      const receipt = await this.uploading.run(() => this.#uploadPatiently(item, parcel.blob), signal);
      this.#arrived(item, parcel, receipt);
    } catch (error) {
      if (!signal.aborted) this.#failed(item, asProblem(error));
    }
  }

  /** Send what failed again; what failed on the server is another attempt there. @param {Item} item */
  async again(item) {
    if (item.id) {
      this.album.byId.delete(item.id);
      Object.assign(item, { id: null, attempt: item.attempt + 1 });
    }
    await this.send(item);
  }

  /** @param {Item} item */
  async #shrink(item) {
    await this.gate.pass(item.leaving.signal);
    this.album.set(item, { stage: "shrinking" });
    const parcel = await pack(/** @type {File} */ (item.file), item.original);
    item.parcel = parcel;
    this.album.set(item, { thumb: parcel.thumb ?? item.thumb });
    if (parcel.shrunk) await this.#keep(item, parcel.blob, true);
    return parcel;
  }

  /** @param {Item} item @param {Blob | null} blob @param {boolean} packed */
  #keep({ key, name, identity, original }, blob, packed) {
    return outbox.keep({ key, album: this.album.id, name, identity, original, packed, blob });
  }

  /**
   * Try again after a lost connection and while the server is busy, as long as there is hope.
   * @param {Item} item
   * @param {Blob} blob
   * @returns {Promise<PhotoReceipt>}
   */
  async #uploadPatiently(item, blob) {
    const { signal } = item.leaving;
    const busySince = { at: 0 };
    for (let lost = 0; ; ) {
      await this.gate.pass(signal);
      this.album.set(item, { stage: "uploading", share: 0 });
      const key = storedKey();
      try {
        return await this.#upload(item, blob);
      } catch (error) {
        const problem = asProblem(error, signal);
        if (isBusy(problem)) this.#waitForRoom(item, problem, busySince);
        else if (problem.status === 401 || problem.code === "api_key_wrong") {
          if (!(await askForKey(key, problem.code))) throw problem;
        } else if (!retriable(problem) || lost >= RETRY_PAUSES.length) throw problem;
        else {
          this.album.set(item, { stage: "retrying" });
          await pause(RETRY_PAUSES[lost++] ?? 0, signal);
        }
      }
    }
  }

  /** @param {Item} item @param {Blob} blob @returns {Promise<PhotoReceipt>} */
  async #upload(item, blob) {
    const parcel = { blob, name: item.name, idempotencyKey: `${item.key}.${item.attempt}` };
    const onProgress = (/** @type {number} */ share) => this.album.set(item, { stage: "uploading", share });
    const answer = await upload(uploadPath(this.album.id), parcel, onProgress, item.leaving.signal);
    const receipt = read(answer).photos[0];
    if (receipt.problem) throw fromDocument(receipt.problem);
    return receipt;
  }

  /** All uploads wait: the server is full, and others would be refused as well. It is given up when nothing moves there.
   * @param {Item} item @param {ProblemError} problem @param {{at: number}} since */
  #waitForRoom(item, problem, since) {
    since.at ||= Date.now();
    if (Date.now() - Math.max(since.at, this.album.lastFinished) > RESULT_MS) throw busyTooLong();
    this.album.set(item, { stage: "busy" });
    this.gate.shutFor(Math.min(problem.retryAfterMs || 1000, BUSY_PAUSE_MAX_MS));
  }

  /** @param {Item} item @param {import("./pack.js").Parcel} parcel @param {PhotoReceipt} receipt */
  #arrived(item, parcel, receipt) {
    this.saved.chosen += item.file?.size ?? parcel.blob.size;
    this.saved.sent += parcel.blob.size;
    item.parcel = null;
    void outbox.drop(item.key);
    if (receipt.photo) this.album.arrived(item, receipt.photo);
  }

  /** @param {Item} item @param {ProblemError} problem */
  #failed(item, problem) {
    if (problem.permanent) void outbox.drop(item.key);
    this.album.set(item, { stage: "failed", problem });
    this.album.settle();
  }
}

/** @param {ProblemError} problem */
const retriable = (problem) => problem.code === "connection_lost" || problem.status >= 502;
