// One upload. XMLHttpRequest, because fetch cannot say how far an upload is.

import { ANSWER_MS, UPLOAD_STALL_MS } from "./deadlines.js";
import { storedKey } from "./key.js";
import { connectionLost, noAnswer } from "./problems.js";

/**
 * @param {string} path
 * @param {{blob: Blob, name: string, idempotencyKey: string}} parcel
 * @param {(share: number) => void} onProgress
 * @param {AbortSignal} signal
 * @returns {Promise<import("./answers.js").Answer>}
 */
export function upload(path, { blob, name, idempotencyKey }, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const watch = watchdog((milliseconds) => finish(() => reject(noAnswer(milliseconds))));
    const giveUp = () => finish(() => reject(signal.reason));

    /** @param {() => void} settle */
    function finish(settle) {
      watch.stop();
      signal.removeEventListener("abort", giveUp);
      settle();
      request.abort(); // nothing happens when it has ended
    }

    request.upload.onprogress = (event) => {
      watch.restart(UPLOAD_STALL_MS);
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.upload.onload = () => watch.restart(ANSWER_MS);
    request.onload = () => finish(() => resolve(answer(request)));
    request.onerror = () => finish(() => reject(connectionLost()));
    signal.addEventListener("abort", giveUp, { once: true });
    request.open("POST", path);
    request.setRequestHeader("Idempotency-Key", idempotencyKey);
    const key = storedKey();
    if (key) request.setRequestHeader("X-API-Key", key);
    watch.restart(UPLOAD_STALL_MS);
    request.send(form(blob, name));
  });
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function form(blob, name) {
  const data = new FormData();
  data.append("file", blob, name);
  return data;
}

/**
 * Calls back when it was not restarted in time.
 * @param {(milliseconds: number) => void} bark
 */
function watchdog(bark) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  const restart = (/** @type {number} */ milliseconds) => {
    stop();
    timer = setTimeout(() => bark(milliseconds), milliseconds);
  };
  return { restart, stop };
}

/** @param {XMLHttpRequest} request */
const answer = (request) => ({
  status: request.status,
  contentType: request.getResponseHeader("Content-Type") ?? "",
  retryAfter: request.getResponseHeader("Retry-After"),
  text: request.responseText,
});
