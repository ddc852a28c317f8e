// How fast scores come, and when the last one will be there.

const WINDOW_MS = 15_000;

export class Pace {
  constructor() {
    /** @type {{at: number, finished: number}[]} */
    this.seen = [];
  }

  /**
   * @param {number} finished photos that are done, so far
   * @param {number} left photos that are not
   * @param {number} [now]
   * @returns {{perSecond: number, secondsLeft: number} | null} null as long as it cannot be said
   */
  measure(finished, left, now = performance.now()) {
    if (this.seen.at(-1)?.finished !== finished) this.seen.push({ at: now, finished });
    while (this.seen.length > 2 && now - /** @type {{at: number}} */ (this.seen[1]).at > WINDOW_MS) this.seen.shift();
    const first = this.seen[0];
    if (!first || left === 0 || finished <= first.finished || now - first.at < 1000) return null;
    const perSecond = (1000 * (finished - first.finished)) / (now - first.at);
    return { perSecond, secondsLeft: left / perSecond };
  }
}
