import { EventSourceParserStream } from "eventsource-parser/stream";

import type {
  Album, AlbumEvent, AlbumPage, AlbumPhoto, AlbumsPage, Choice, Counts, Decisions, Group, GroupCorrection,
  GroupCorrections, GroupsPage, NewAlbum, NewGroupCorrection, PhotoReceipt, Proposal, SelectionPage, Thresholds, UploadReceipt,
} from "./contract.js";
import { type Call, type Http, json } from "./http.js";

const RECONNECT_MS = 500;

export interface Event {
  /** Continues the stream after this event. */
  id: string;
  kind: string;
  data: AlbumEvent;
}

/** Times are RFC 3339. */
export interface Filters {
  name?: string;
  created_since?: string;
  created_before?: string;
}

export interface AddOptions {
  names?: readonly string[];
  onProgress?: Call["onProgress"];
}

export interface ExportOptions extends Partial<Thresholds> {
  format: string;
  keep?: number;
  per_scene?: number;
  stars?: string;
  labels?: string;
  sidecars?: string;
}

class BrokenStream extends Error {}

/** The calls about albums. */
export class Albums {
  constructor(private readonly http: Http) {}

  /** No second attempt after a lost response, which may belong to a success. */
  async create(fields: Partial<NewAlbum> = {}): Promise<Album> {
    return (await this.http.once("/v1/albums", { method: "POST", ...json(fields) })).json();
  }

  /** The caller's albums, newest first. */
  find(filters: Filters = {}): AsyncGenerator<Album> {
    return this.http.pages<AlbumsPage, Album>("/v1/albums", { ...filters }, (page) => page.albums);
  }

  /** Uploads photos in one request; receipts in their order. `names`: file names or relative paths. */
  async add(albumId: string, photos: readonly File[], { names, onProgress }: AddOptions = {}): Promise<PhotoReceipt[]> {
    const body = new FormData();
    photos.forEach((photo, number) => body.append("file", photo, names?.[number] ?? photo.name));
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const path = `/v1/albums/${albumId}/photos`;
    return (await this.http.json<UploadReceipt>(path, { method: "POST", body, headers, onProgress })).photos;
  }

  async get(albumId: string): Promise<Album> {
    return (await this.http.json<AlbumPage>(`/v1/albums/${albumId}`, { query: { limit: 1 } })).album;
  }

  /** Sets the pictures to keep, for all clients of the album; below 1: share of all pictures. */
  setKeep(albumId: string, keep: number): Promise<Album> {
    return this.http.json(`/v1/albums/${albumId}`, { method: "PATCH", ...json({ keep }) });
  }

  /** All photos: scored ones, best first; then failed ones, then pending ones. */
  ranking(albumId: string): AsyncGenerator<AlbumPhoto> {
    return this.http.pages<AlbumPage, AlbumPhoto>(`/v1/albums/${albumId}`, {}, (page) => page.photos);
  }

  /** Groups of similar photos, the largest first. */
  groups(albumId: string, query: { level?: string } & Partial<Thresholds> = {}): AsyncGenerator<Group> {
    return this.http.pages<GroupsPage, Group>(`/v1/albums/${albumId}/groups`, query, (page) => page.groups);
  }

  /** Merges the groups of near duplicates of these photos, or separates the photos as a group of their own. */
  async correctGroups(
    albumId: string,
    kind: NewGroupCorrection["kind"],
    photos: readonly string[],
  ): Promise<NewGroupCorrection> {
    const correction = { id: crypto.randomUUID(), kind, photos: [...photos] };
    await this.http.request(corrections(albumId), { method: "POST", ...json(correction) });
    return correction;
  }

  /** The corrections of the album's groups, in the order in which they apply. */
  async groupCorrections(albumId: string): Promise<GroupCorrection[]> {
    return (await this.http.json<GroupCorrections>(corrections(albumId))).corrections;
  }

  /** Withdraws exactly this correction; earlier and later ones stay. */
  async withdrawGroupCorrection(albumId: string, correctionId: string): Promise<void> {
    await this.http.request(`${corrections(albumId)}/${correctionId}`, { method: "DELETE" });
  }

  /**
   * A proposal for each scored photo, with reasons; best first. `keep`: by default the album's number; `taste: false`: by
   * the common score even if the owner's taste is in use.
   */
  selection(
    albumId: string,
    query: { keep?: number; per_scene?: number; taste?: boolean } & Partial<Thresholds> = {},
  ): AsyncGenerator<Proposal> {
    return this.http.pages<SelectionPage, Proposal>(`/v1/albums/${albumId}/selection`, query, (page) => page.photos);
  }

  /** No second attempt after a lost response, as `create`. */
  async decide(albumId: string, photoId: string, choice: Choice): Promise<Decisions> {
    return (await this.http.once(decision(albumId, photoId), { method: "PUT", ...json(choice) })).json();
  }

  /** No second attempt after a lost response, as `create`. */
  async undo(albumId: string, photoId: string): Promise<Decisions> {
    return (await this.http.once(`${decision(albumId, photoId)}/undo`, { method: "POST" })).json();
  }

  /** All decisions on a photo. */
  decisions(albumId: string, photoId: string): Promise<Decisions> {
    return this.http.json(decision(albumId, photoId));
  }

  async export(albumId: string, query: ExportOptions): Promise<Blob> {
    return (await this.http.request(`/v1/albums/${albumId}/export`, { query: { ...query } })).blob();
  }

  /** An export as it arrives. */
  async exportStream(albumId: string, query: ExportOptions): Promise<ReadableStream<Uint8Array>> {
    const path = `/v1/albums/${albumId}/export`;
    return (await this.http.request(path, { query: { ...query }, stream: true })).body!;
  }

  async delete(albumId: string): Promise<void> {
    await this.http.request(`/v1/albums/${albumId}`, { method: "DELETE" });
  }

  /** The events after that one, or from now on with the counts first; reconnects until the album is deleted. */
  async *events(albumId: string, lastEventId?: string): AsyncGenerator<Event> {
    for (;;) {
      try {
        for await (const event of this.stream(albumId, lastEventId)) {
          lastEventId = event.id;
          yield event;
        }
      } catch (error) {
        if (!(error instanceof BrokenStream)) throw error;
      }
      await this.get(albumId); // album_not_found when the stream ended for that
      await new Promise((resume) => setTimeout(resume, RECONNECT_MS));
    }
  }

  /** The counts now and after each event, until the album is deleted. */
  async *follow(albumId: string): AsyncGenerator<Counts> {
    for await (const { data } of this.events(albumId)) yield data.counts;
  }

  /** The counts as soon as no photo is pending. */
  async wait(albumId: string): Promise<Counts> {
    for await (const counts of this.follow(albumId)) if (!counts.pending) return counts;
    throw new Error("unreachable: the events end with an error");
  }

  private async *stream(albumId: string, lastEventId?: string): AsyncGenerator<Event> {
    const headers: Record<string, string> = lastEventId ? { "Last-Event-ID": lastEventId } : {};
    const response = await this.http.request(`/v1/albums/${albumId}/events`, { headers, stream: true });
    const messages = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    const reader = messages.getReader(); // Safari iterates over no stream
    try {
      for (;;) {
        const { done, value } = await reader.read().catch(broken);
        if (done || value.event === "album_deleted") return;
        const { id, event, data } = value;
        if (id && event) yield { id, kind: event, data: JSON.parse(data) as AlbumEvent };
      }
    } finally {
      await reader.cancel().catch(() => undefined); // of a broken stream
    }
  }
}

/** Errors of the network are TypeErrors. */
function broken(cause: unknown): never {
  throw cause instanceof TypeError ? new BrokenStream("The connection broke.", { cause }) : cause;
}

function decision(albumId: string, photoId: string): string {
  return `/v1/albums/${albumId}/photos/${photoId}/decision`;
}

function corrections(albumId: string): string {
  return `/v1/albums/${albumId}/groups/corrections`;
}
