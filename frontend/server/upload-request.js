// One upload. XMLHttpRequest, because fetch reports no upload progress.

import { storedKey } from "./api-key.js";
import { connectionLost, responseTimeout } from "./errors.js";
import { RESPONSE_MS, UPLOAD_STALL_MS } from "./timeouts.js";

/** @param {string} path @param {{blob: Blob, name: string, idempotencyKey: string}} photo
 * @param {(progress: number) => void} onProgress share of the bytes, 0 to 1 @param {AbortSignal} signal
 * @returns {Promise<RawResponse>} */
export function sendUpload(path, { blob, name, idempotencyKey }, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const watchdog = makeWatchdog((milliseconds) => finish(() => reject(responseTimeout(milliseconds))));
    const abort = () => finish(() => reject(signal.reason));

    /** @param {() => void} resolveOrReject */
    function finish(resolveOrReject) {
      watchdog.stop();
      signal.removeEventListener("abort", abort);
      resolveOrReject();
      request.abort(); // no effect on a finished request
    }

    request.upload.onprogress = (event) => {
      watchdog.restart(UPLOAD_STALL_MS);
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.upload.onload = () => watchdog.restart(RESPONSE_MS);
    request.onload = () => finish(() => resolve(rawResponse(request)));
    request.onerror = () => finish(() => reject(connectionLost()));
    signal.addEventListener("abort", abort, { once: true });
    request.open("POST", path);
    request.setRequestHeader("Idempotency-Key", idempotencyKey);
    const key = storedKey();
    if (key) request.setRequestHeader("X-API-Key", key);
    watchdog.restart(UPLOAD_STALL_MS);
    request.send(multipart(blob, name));
  });
}

/** @param {Blob} blob @param {string} name */
function multipart(blob, name) {
  const form = new FormData();
  form.append("file", blob, name);
  return form;
}

/** A timer that calls back unless it is restarted in time. @param {(milliseconds: number) => void} onTimeout */
function makeWatchdog(onTimeout) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  const restart = (/** @type {number} */ milliseconds) => {
    stop();
    timer = setTimeout(() => onTimeout(milliseconds), milliseconds);
  };
  return { restart, stop };
}

/** @param {XMLHttpRequest} request */
const rawResponse = (request) => ({
  status: request.status,
  contentType: request.getResponseHeader("Content-Type") ?? "",
  retryAfter: request.getResponseHeader("Retry-After"),
  text: request.responseText,
});
