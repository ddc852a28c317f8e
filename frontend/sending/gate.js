// A gate that uploads pass one by one: shut while somebody paused them, and for a moment when the server is busy.

import { pause } from "../server/pause.js";

export class Gate {
  constructor() {
    this.paused = false;
    this.busyUntil = 0;
    /** @type {(() => void)[]} */
    this.waiting = [];
  }

  /** @param {boolean} paused */
  setPaused(paused) {
    this.paused = paused;
    if (!paused) for (const go of this.waiting.splice(0)) go();
  }

  /** Nobody passes for so long. @param {number} milliseconds */
  shutFor(milliseconds) {
    this.busyUntil = Math.max(this.busyUntil, Date.now() + milliseconds);
  }

  get busy() {
    return Date.now() < this.busyUntil;
  }

  /** Come back when the gate is open; the signal's reason is thrown when it is aborted. @param {AbortSignal} signal */
  async pass(signal) {
    while (this.paused || this.busy) {
      signal.throwIfAborted();
      if (this.paused) await new Promise((go) => this.waiting.push(() => go(undefined)));
      else await pause(this.busyUntil - Date.now(), signal);
    }
    signal.throwIfAborted();
  }
}
