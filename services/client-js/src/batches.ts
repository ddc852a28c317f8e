import type { Batch, BatchesPage, BatchLine, BatchResult } from "./contract.js";
import type { Http } from "./http.js";

const PATH = "/v1/batches";
const POLL_MS = 2000;

/** The calls about batches: many photos by a manifest. */
export class Batches {
  constructor(private readonly http: Http) {}

  /** Sends a manifest; the server queues its photos little by little, and calls back at the end. */
  create(lines: Iterable<BatchLine>, model?: string, callbackUrl?: string): Promise<Batch> {
    const body = Array.from(lines, (line) => `${JSON.stringify(line)}\n`).join("");
    // A retry never makes a second batch.
    const headers = { "Content-Type": "application/x-ndjson", "Idempotency-Key": crypto.randomUUID() };
    return this.http.json(PATH, { method: "POST", query: { model, callback_url: callbackUrl }, body, headers });
  }

  get(batchId: string): Promise<Batch> {
    return this.http.json(`${PATH}/${batchId}`);
  }

  /** The caller's batches, newest first. */
  list(): AsyncGenerator<Batch> {
    return this.http.pages<BatchesPage, Batch>(PATH, {}, (page) => page.batches);
  }

  /** The batch once its last result is written; as it is, after the timeout. */
  async wait(batchId: string, timeoutMs: number): Promise<Batch> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const batch = await this.get(batchId);
      if (batch.finished_at || Date.now() >= deadline) return batch;
      await new Promise((resume) => setTimeout(resume, Math.min(POLL_MS, Math.max(0, deadline - Date.now()))));
    }
  }

  /** The results written so far, in the order of the manifest. */
  async *results(batchId: string): AsyncGenerator<BatchResult> {
    const response = await this.http.request(`${PATH}/${batchId}/results`, { stream: true });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader(); // Safari iterates over no stream
    let rest = "";
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const lines = (rest + part.value).split("\n");
        rest = lines.pop()!;
        yield* lines.map((line) => JSON.parse(line) as BatchResult);
      }
      if (rest) yield JSON.parse(rest) as BatchResult;
    } finally {
      await reader.cancel().catch(() => undefined); // of a broken stream
    }
  }

  /** Queues no further photo. */
  cancel(batchId: string): Promise<Batch> {
    return this.http.json(`${PATH}/${batchId}/cancel`, { method: "POST" });
  }

  /** Deletes manifest, results and photos in the queue. */
  async delete(batchId: string): Promise<void> {
    await this.http.request(`${PATH}/${batchId}`, { method: "DELETE" });
  }
}
