// The album's progress: always shown, announced in steps.

import { Throughput } from "../album/throughput.js";
import { announce, showNotice } from "../dom/announce.js";
import { byId } from "../dom/elements.js";
import { RESULT_MS } from "../server/timeouts.js";
import { size } from "../text/formats.js";
import { downscalingSentence, sentences, summary, throughputSentence } from "../text/messages.js";

const ANNOUNCED_STEP = 0.1; // share of all photos

export class Progress {
  /** @param {AlbumState} album @param {Uploader} uploader */
  constructor(album, uploader) {
    this.album = album;
    this.uploader = uploader;
    this.throughput = new Throughput();
    this.announced = 0;
    this.waitingSince = 0;
    setInterval(() => this.#everySecond(), 1000);
    byId("pause").addEventListener("click", () => uploader.setPaused(!uploader.gate.paused));
  }

  refresh() {
    const counts = this.album.counts();
    const { all, scored, failed, waiting, uploading } = counts;
    const remaining = waiting + uploading;
    byId("summary").textContent = summary(counts);
    const bar = byId("progress", HTMLProgressElement);
    bar.hidden = remaining === 0;
    bar.max = Math.max(1, all);
    bar.value = scored + failed;
    const pause = byId("pause", HTMLButtonElement);
    pause.hidden = uploading === 0;
    pause.textContent = this.uploader.gate.paused ? sentences.resumeUploads : sentences.pauseUploads;
    this.#showThroughput(scored + failed, remaining);
    this.#announce(summary(counts), all ? (scored + failed) / all : 0, remaining);
  }

  /** @param {number} finished @param {number} remaining */
  #showThroughput(finished, remaining) {
    const throughput = this.throughput.measure(finished, remaining);
    const { bytes, gate } = this.uploader;
    const sentence = [];
    if (gate.paused) sentence.push(sentences.uploadsPaused);
    else if (gate.closed) sentence.push(sentences.overloadedWaiting);
    else if (throughput) sentence.push(throughputSentence(throughput));
    if (remaining === 0 && bytes.original > bytes.uploaded * 1.2) sentence.push(downscalingSentence(size(bytes.uploaded), size(bytes.original)));
    byId("throughput").textContent = sentence.join(" · ");
  }

  /** @param {string} sentence @param {number} share @param {number} remaining */
  #announce(sentence, share, remaining) {
    if (share < this.announced) this.announced = 0;
    const complete = remaining === 0 && share === 1 && this.announced < 1;
    if (!complete && share - this.announced < ANNOUNCED_STEP) return;
    this.announced = share;
    announce(sentence);
  }

  /** The throughput falls and scores get late without any event. */
  #everySecond() {
    const { waiting, uploading } = this.album.counts();
    if (waiting === 0) this.waitingSince = 0;
    else this.waitingSince ||= Date.now();
    const since = Math.max(this.waitingSince, this.album.lastFinished);
    showNotice("late", waiting > 0 && Date.now() - since > RESULT_MS ? sentences.scoresLate : "");
    if (waiting + uploading > 0) this.refresh();
  }
}
