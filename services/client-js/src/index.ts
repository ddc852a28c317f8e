import { Albums } from "./albums.js";
import type { Manifest, Models, Photo } from "./contract.js";
import { CriticError } from "./errors.js";
import { type Call, Http, type Options } from "./http.js";

export type * from "./contract.js";
export { Albums, type Event } from "./albums.js";
export { CriticError } from "./errors.js";
export type { Options } from "./http.js";

const LONGEST_WAIT_SECONDS = 30;

export interface UploadOptions {
  fileName?: string;
  model?: string;
  /** The caller's own name of the photo, for lists. */
  reference?: string;
  onProgress?: Call["onProgress"];
}

/** A client of one server. */
export class Client {
  readonly albums: Albums;
  private readonly http: Http;

  constructor(url: string, options: Options = {}) {
    this.http = new Http(url, options);
    this.albums = new Albums(this.http);
  }

  /** Uploads a photo and waits for its critique. Throws the photo's problem, or `critique_pending` after the timeout. */
  async score(photo: Blob, options: UploadOptions = {}): Promise<Photo> {
    const deadline = Date.now() + this.http.timeoutMs;
    let result = await this.upload(photo, options, LONGEST_WAIT_SECONDS);
    while (result.state === "queued" || result.state === "running") {
      if (Date.now() > deadline) throw new CriticError("critique_pending", `No critique yet of ${result.id}.`, 202, false);
      result = await this.photo(result.id, LONGEST_WAIT_SECONDS);
    }
    if (result.problem) {
      const { code, detail, status, permanent } = result.problem;
      throw new CriticError(code, detail, status, permanent);
    }
    return result;
  }

  /** Uploads a photo and waits up to `wait` seconds (at most 30) for its critique. */
  upload(photo: Blob, { fileName, model, reference, onProgress }: UploadOptions = {}, wait = 0): Promise<Photo> {
    const body = new FormData();
    body.append("file", photo, fileName ?? (photo instanceof File ? photo.name : "photo"));
    const headers = { "Idempotency-Key": crypto.randomUUID() }; // a retry never makes a second photo
    return this.http.json("/v1/photos", { method: "POST", query: { wait, model, reference }, body, headers, onProgress });
  }

  photo(photoId: string, wait = 0): Promise<Photo> {
    return this.http.json(`/v1/photos/${photoId}`, { query: { wait } });
  }

  /** A small JPEG; waits until it is made. */
  async preview(photoId: string): Promise<Blob> {
    return (await this.http.request(`/v1/photos/${photoId}/preview`)).blob();
  }

  async delete(photoId: string): Promise<void> {
    await this.http.request(`/v1/photos/${photoId}`, { method: "DELETE" });
  }

  async models(): Promise<Manifest[]> {
    return (await this.http.json<Models>("/v1/models")).models;
  }
}
