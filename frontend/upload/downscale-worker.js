// A worker thread: a photo → its JPEG and thumbnail, or null.

import { downscale } from "./downscale.js";

self.addEventListener("message", async (/** @type {MessageEvent<Blob>} */ message) => {
  try {
    self.postMessage(await downscale(message.data, (width, height) => new OffscreenCanvas(width, height)));
  } catch {
    self.postMessage(null); // a format unknown to the browser: the original is uploaded
  }
});
