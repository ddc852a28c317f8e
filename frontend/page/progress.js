// How far the album is: seen all the time, and said now and then.

import { Pace } from "../album/pace.js";
import { RESULT_MS } from "../server/deadlines.js";
import { notice, say } from "./announce.js";
import { byId } from "./find.js";
import { paceSentence, savedSentence, sentences, summary } from "./words.js";

const SAID_EVERY = 0.1; // share of all photos

export class Progress {
  /**
   * @param {import("../album/album.js").Album} album
   * @param {import("../sending/sender.js").Sender} sender
   */
  constructor(album, sender) {
    this.album = album;
    this.sender = sender;
    this.pace = new Pace();
    this.said = 0;
    this.waitingSince = 0;
    setInterval(() => this.#watch(), 1000);
    byId("pause").addEventListener("click", () => sender.setPaused(!sender.gate.paused));
  }

  refresh() {
    const counts = this.album.counts();
    const { all, scored, failed, waiting, sending } = counts;
    const left = waiting + sending;
    const told = summary(counts);
    byId("summary").textContent = told;
    const bar = byId("progress", HTMLProgressElement);
    bar.hidden = left === 0;
    bar.max = Math.max(1, all);
    bar.value = scored + failed;
    const pause = byId("pause", HTMLButtonElement);
    pause.hidden = sending === 0;
    pause.textContent = this.sender.gate.paused ? "Go on sending" : "Pause sending";
    this.#tellPace(scored + failed, left);
    this.#say(told, all ? (scored + failed) / all : 0, left);
  }

  /** @param {number} finished @param {number} left */
  #tellPace(finished, left) {
    const pace = this.pace.measure(finished, left);
    const { saved, gate } = this.sender;
    const parts = [];
    if (gate.paused) parts.push("Sending is paused");
    else if (gate.busy) parts.push("The server is busy: waiting");
    else if (pace) parts.push(paceSentence(pace));
    if (left === 0 && saved.chosen > saved.sent * 1.2) parts.push(savedSentence(saved));
    byId("pace").textContent = parts.join(" · ");
  }

  /** @param {string} told @param {number} share @param {number} left */
  #say(told, share, left) {
    if (share < this.said) this.said = 0;
    const whole = left === 0 && share === 1 && this.said < 1;
    if (!whole && share - this.said < SAID_EVERY) return;
    this.said = share;
    say(told);
  }

  /** Once a second: the pace changes also when nothing comes, and silence that lasts too long is told. */
  #watch() {
    const { waiting, sending } = this.album.counts();
    if (waiting === 0) this.waitingSince = 0;
    else this.waitingSince ||= Date.now();
    const since = Math.max(this.waitingSince, this.album.lastFinished);
    notice("late", waiting > 0 && Date.now() - since > RESULT_MS ? sentences.tooLate : "");
    if (waiting + sending > 0) this.refresh();
  }
}
