const WINDOW_MS = 15_000;

export class Throughput {
  constructor() {
    /** @type {{at: number, finished: number}[]} */
    this.samples = [];
  }

  /** @param {number} finished number of finished photos @param {number} remaining number of unfinished photos
   * @param {number} [now] @returns {{perSecond: number, secondsLeft: number} | null} null without enough samples */
  measure(finished, remaining, now = performance.now()) {
    const { samples } = this;
    if (samples.at(-1)?.finished !== finished) samples.push({ at: now, finished });
    while (samples.length > 2 && now - /** @type {{at: number}} */ (samples[1]).at > WINDOW_MS) samples.shift();
    const first = samples[0];
    if (!first || remaining === 0 || finished <= first.finished || now - first.at < 1000) return null;
    const perSecond = (1000 * (finished - first.finished)) / (now - first.at);
    return { perSecond, secondsLeft: remaining / perSecond };
  }
}
