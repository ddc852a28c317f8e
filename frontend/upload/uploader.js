// Queue → downscaling → upload → receipt. Each photo fails alone, and a retry resumes after its last step.

import { Semaphore } from "../async/semaphore.js";
import { sleep } from "../async/sleep.js";
import { uploadPath } from "../server/albums.js";
import { requestKey, storedKey } from "../server/api-key.js";
import { asProblem, fromDocument, isOverloaded, needsKey, overloadedTooLong } from "../server/errors.js";
import { parseResponse } from "../server/response.js";
import { MAX_RETRY_PAUSE_MS, RESULT_MS, RETRY_BACKOFF_MS } from "../server/timeouts.js";
import { sendUpload } from "../server/upload-request.js";
import { POOL_SIZE } from "./downscale-pool.js";
import { Gate } from "./gate.js";
import * as uploadQueue from "./upload-queue.js";
import { preparePhoto } from "./prepare-photo.js";

// Browsers open six connections to a server: three uploads and the event stream leave two for other requests.
const CONCURRENT_UPLOADS = 3;

export class Uploader {
  /** @param {AlbumState} album */
  constructor(album) {
    this.album = album;
    this.gate = new Gate();
    this.downscaling = new Semaphore(POOL_SIZE);
    this.uploads = new Semaphore(CONCURRENT_UPLOADS);
    this.bytes = { original: 0, uploaded: 0 };
  }

  /** @param {boolean} paused */
  setPaused(paused) {
    this.gate.setPaused(paused);
    this.album.notify();
  }

  /** Upload a photo. Never throws: the item has the problem. @param {Item} item with a `file` */
  async upload(item) {
    const { signal } = item.controller;
    try {
      await this.#store(item, item.file, false);
      const prepared = item.prepared ?? (await this.downscaling.run(() => this.#prepare(item), signal));
      this.album.set(item, { stage: "ready" });
      const receipt = await this.uploads.run(() => this.#uploadWithRetries(item, prepared.blob), signal);
      this.#onUploaded(item, prepared, receipt);
    } catch (error) {
      if (!signal.aborted) this.#onFailed(item, asProblem(error));
    }
  }

  /** Upload a failed photo again; one that failed on the server becomes a new photo there. @param {Item} item */
  async retry(item) {
    if (item.id) {
      this.album.byId.delete(item.id);
      Object.assign(item, { id: null, attempt: item.attempt + 1 });
    }
    await this.upload(item);
  }

  /** @param {Item} item */
  async #prepare(item) {
    await this.gate.pass(item.controller.signal);
    this.album.set(item, { stage: "downscaling" });
    const prepared = await preparePhoto(/** @type {File} */ (item.file), item.original);
    item.prepared = prepared;
    this.album.set(item, { thumbnail: prepared.thumbnail ?? item.thumbnail });
    if (prepared.downscaled) await this.#store(item, prepared.blob, true);
    return prepared;
  }

  /** @param {Item} item @param {Blob | null} blob @param {boolean} prepared */
  #store({ key, name, identity, original }, blob, prepared) {
    return uploadQueue.save({ key, album: this.album.id, name, identity, original, prepared, blob });
  }

  /** Retries after a lost connection, while the server is overloaded, and with another API key. @param {Item} item
   * @param {Blob} blob @returns {Promise<PhotoReceipt>} */
  async #uploadWithRetries(item, blob) {
    const { signal } = item.controller;
    const overload = { since: 0 };
    for (let failures = 0; ; ) {
      await this.gate.pass(signal);
      this.album.set(item, { stage: "uploading", progress: 0 });
      const key = storedKey();
      try {
        return await this.#upload(item, blob);
      } catch (error) {
        const problem = asProblem(error, signal);
        if (isOverloaded(problem)) this.#closeGate(item, problem, overload);
        else if (needsKey(problem)) {
          if (!(await requestKey(key, problem.code))) throw problem;
        } else if (!isTemporary(problem) || failures >= RETRY_BACKOFF_MS.length) throw problem;
        else {
          this.album.set(item, { stage: "retrying" });
          await sleep(RETRY_BACKOFF_MS[failures++] ?? 0, signal);
        }
      }
    }
  }

  /** @param {Item} item @param {Blob} blob @returns {Promise<PhotoReceipt>} */
  async #upload(item, blob) {
    const photo = { blob, name: item.name, idempotencyKey: `${item.key}.${item.attempt}` };
    const onProgress = (/** @type {number} */ progress) => this.album.set(item, { stage: "uploading", progress });
    const response = await sendUpload(uploadPath(this.album.id), photo, onProgress, item.controller.signal);
    const receipt = parseResponse(response).photos[0];
    if (receipt.problem) throw fromDocument(receipt.problem);
    return receipt;
  }

  /** All uploads wait for the overloaded server. Fails when it finishes no photo for too long.
   * @param {Item} item @param {ProblemError} problem @param {{since: number}} overload */
  #closeGate(item, problem, overload) {
    overload.since ||= Date.now();
    if (Date.now() - Math.max(overload.since, this.album.lastFinished) > RESULT_MS) throw overloadedTooLong();
    this.album.set(item, { stage: "overloaded" });
    this.gate.closeFor(Math.min(problem.retryAfterMs || 1000, MAX_RETRY_PAUSE_MS));
  }

  /** @param {Item} item @param {PreparedPhoto} prepared @param {PhotoReceipt} receipt */
  #onUploaded(item, prepared, receipt) {
    this.bytes.original += item.file?.size ?? prepared.blob.size;
    this.bytes.uploaded += prepared.blob.size;
    item.prepared = null;
    void uploadQueue.remove(item.key);
    if (receipt.photo) this.album.onUploaded(item, receipt.photo);
  }

  /** @param {Item} item @param {ProblemError} problem */
  #onFailed(item, problem) {
    if (problem.permanent) void uploadQueue.remove(item.key);
    this.album.set(item, { stage: "failed", problem });
    this.album.matchEvents();
  }
}

/** @param {ProblemError} problem */
const isTemporary = (problem) => problem.code === "connection_lost" || problem.status >= 502;
