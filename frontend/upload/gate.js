// The gate before uploads: closed by the visitor, and for Retry-After while the server is overloaded.

import { sleep } from "../async/sleep.js";

export class Gate {
  constructor() {
    this.paused = false;
    this.closedUntil = 0;
    /** @type {(() => void)[]} */
    this.queue = [];
  }

  /** @param {boolean} paused */
  setPaused(paused) {
    this.paused = paused;
    if (!paused) for (const resume of this.queue.splice(0)) resume();
  }

  /** @param {number} milliseconds */
  closeFor(milliseconds) {
    this.closedUntil = Math.max(this.closedUntil, Date.now() + milliseconds);
  }

  get closed() {
    return Date.now() < this.closedUntil;
  }

  /** Resolves as soon as the gate is open; throws the signal's reason. @param {AbortSignal} signal */
  async pass(signal) {
    while (this.paused || this.closed) {
      signal.throwIfAborted();
      if (this.paused) await new Promise((resolve) => this.queue.push(() => resolve(undefined)));
      else await sleep(this.closedUntil - Date.now(), signal);
    }
    signal.throwIfAborted();
  }
}
