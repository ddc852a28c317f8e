// A lane lets a few tasks run at once and the others wait, in the order they came.

export class Lane {
  /** @param {number} width how many tasks may run at once */
  constructor(width) {
    this.free = width;
    /** @type {(() => void)[]} */
    this.line = [];
  }

  /** True when someone waits for a place. */
  get crowded() {
    return this.line.length > 0;
  }

  /**
   * Run the task when there is a place. An aborted signal gives the place up before the task begins.
   * @template T
   * @param {() => Promise<T>} task
   * @param {AbortSignal} signal
   * @returns {Promise<T>}
   */
  async run(task, signal) {
    await this.enter();
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      this.leave();
    }
  }

  /** @returns {Promise<void>} */
  enter() {
    if (this.free > 0) {
      this.free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.line.push(resolve));
  }

  leave() {
    const next = this.line.shift();
    if (next) next();
    else this.free += 1;
  }
}
