// The worker thread: one photo in, its smaller JPEG and thumbnail out, null when it cannot be decoded. The page stays smooth meanwhile.

import { downscale } from "./downscale.js";

self.addEventListener("message", async (/** @type {MessageEvent<Blob>} */ message) => {
  try {
    const shrunk = await downscale(message.data, (width, height) => new OffscreenCanvas(width, height));
    self.postMessage(shrunk);
  } catch {
    self.postMessage(null); // not decodable here: the original goes to the server, which knows more formats
  }
});
