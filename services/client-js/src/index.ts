import { Albums, type Filters } from "./albums.js";
import { Batches } from "./batches.js";
import type {
  Manifest, Models, operations, Photo, PhotoEntry, PhotoEntryFields, PhotoFields, PhotosPage, PresignedUpload, ReceiverSecrets,
} from "./contract.js";
import { CriticError } from "./errors.js";
import { type Call, Http, json, type Options } from "./http.js";
import { TasteCalls } from "./taste.js";

export type * from "./contract.js";
export { Albums, type AddOptions, type Event, type ExportOptions, type Filters } from "./albums.js";
export { Batches } from "./batches.js";
export { CriticError } from "./errors.js";
export type { Options } from "./http.js";
export { TasteCalls } from "./taste.js";

const LONGEST_WAIT_SECONDS = 30;

export interface UploadOptions {
  fileName?: string;
  model?: string;
  /** The caller's own name of the photo, for lists. */
  reference?: string;
  onProgress?: Call["onProgress"];
  /** Receives webhooks. */
  callbackUrl?: string;
}

export interface PhotoFilters extends Filters {
  state?: string;
  album?: string;
  reference?: string;
}

/** A name for `fields`: of a photo, of its critique, of its problem. */
export type PhotoField = FieldOf<"getPhoto">;
/** A name for `fields` of lists. */
export type PhotoEntryField = FieldOf<"listPhotos">;
type FieldOf<Name extends "getPhoto" | "listPhotos"> = NonNullable<
  NonNullable<operations[Name]["parameters"]["query"]>["fields"]
>[number];

/** A client of one server. */
export class Client {
  readonly albums: Albums;
  readonly batches: Batches;
  readonly taste: TasteCalls;
  private readonly http: Http;

  constructor(url: string, options: Options = {}) {
    this.http = new Http(url, options);
    this.albums = new Albums(this.http);
    this.batches = new Batches(this.http);
    this.taste = new TasteCalls(this.http);
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
  upload(photo: Blob, options: UploadOptions = {}, wait = 0): Promise<Photo> {
    const { fileName, model, reference, callbackUrl, onProgress } = options;
    const body = new FormData();
    body.append("file", photo, fileName ?? (photo instanceof File ? photo.name : "photo"));
    const headers = { "Idempotency-Key": crypto.randomUUID() }; // a retry never makes a second photo
    const query = { wait, model, reference, callback_url: callbackUrl };
    return this.http.json("/v1/photos", { method: "POST", query, body, headers, onProgress });
  }

  /** Sends a photo that the server reads itself, by URL or key; otherwise as `upload`. */
  send(source: { url: string } | { key: string }, { model, reference }: UploadOptions = {}, wait = 0): Promise<Photo> {
    const { body, headers } = json(source);
    const query = { wait, model, reference };
    const call = { body, headers: { ...headers, "Idempotency-Key": crypto.randomUUID() } };
    return this.http.json("/v1/photos", { method: "POST", query, ...call });
  }

  /** Where to put a file of so many bytes, on servers with a bucket: `send` its key afterwards. */
  presignedUpload(sizeBytes: number): Promise<PresignedUpload> {
    return this.http.json("/v1/uploads", { method: "POST", ...json({ size_bytes: sizeBytes }) });
  }

  /** `fields`: the chosen ones alone, such as `critique.score`. */
  photo(photoId: string, wait?: number): Promise<Photo>;
  photo(photoId: string, wait: number, fields: readonly PhotoField[]): Promise<PhotoFields>;
  photo(photoId: string, wait = 0, fields?: readonly PhotoField[]): Promise<Photo | PhotoFields> {
    return this.http.json(`/v1/photos/${photoId}`, { query: { wait, fields: fields?.join() } });
  }

  /** The caller's photos, newest first; with `fields`, the chosen ones alone. */
  photos(filters?: PhotoFilters): AsyncGenerator<PhotoEntry>;
  photos(filters: PhotoFilters, fields: readonly PhotoEntryField[]): AsyncGenerator<PhotoEntryFields>;
  photos(filters: PhotoFilters = {}, fields?: readonly PhotoEntryField[]): AsyncGenerator<PhotoEntry | PhotoEntryFields> {
    const query = { ...filters, fields: fields?.join() };
    return this.http.pages<PhotosPage, PhotoEntry>("/v1/photos", query, (page) => page.photos);
  }

  /** A small JPEG; waits until it is made. */
  async preview(photoId: string): Promise<Blob> {
    return (await this.http.request(`/v1/photos/${photoId}/preview`)).blob();
  }

  /** The uploaded bytes. */
  async original(photoId: string): Promise<Blob> {
    return (await this.http.request(`/v1/photos/${photoId}/original`)).blob();
  }

  async delete(photoId: string): Promise<void> {
    await this.http.request(`/v1/photos/${photoId}`, { method: "DELETE" });
  }

  async models(): Promise<Manifest[]> {
    return (await this.http.json<Models>("/v1/models")).models;
  }

  /** The secrets with which a receiver verifies webhooks, by the package `standardwebhooks`. */
  async receiverSecrets(callbackUrl: string): Promise<string[]> {
    const query = { callback_url: callbackUrl };
    return (await this.http.json<ReceiverSecrets>("/v1/webhooks/secrets", { query })).secrets;
  }

  /** Throws `no_server` when no server answers, `not_photo_critic` for another program; no retries. */
  checkServer(): Promise<void> {
    return this.http.check();
  }
}
