// Limits the tasks that run at once; further ones wait in order.

export class Semaphore {
  /** @param {number} permits how many tasks may run at once */
  constructor(permits) {
    this.permits = permits;
    /** @type {(() => void)[]} */
    this.queue = [];
  }

  /**
   * Run the task as soon as there is a permit. An aborted signal cancels a task that has not begun.
   * @template T
   * @param {() => Promise<T>} task
   * @param {AbortSignal} signal
   * @returns {Promise<T>}
   */
  async run(task, signal) {
    await this.#acquire();
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      this.#release();
    }
  }

  /** @returns {Promise<void>} */
  #acquire() {
    if (this.permits > 0) {
      this.permits -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.queue.push(resolve));
  }

  #release() {
    const next = this.queue.shift();
    if (next) next();
    else this.permits += 1;
  }
}
