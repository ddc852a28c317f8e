import { CriticError, errorOf, noServer } from "./errors.js";

export interface Options {
  apiKey?: string;
  /** Limit of a call, retries included; 300 seconds by default. */
  timeoutMs?: number;
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, string | number | boolean | undefined>;
  body?: BodyInit;
  headers?: Record<string, string>;
  /** Called with the bytes sent and all bytes; in browsers, where `XMLHttpRequest` exists. */
  onProgress?: (sent: number, total: number) => void;
  /** The response may last longer than the timeout. */
  stream?: boolean;
}

/** Overload and pending results are requested again until the timeout, other temporary errors a few times. */
const WAITED_FOR = new Set(["overloaded", "album_result_pending", "preview_pending", "insight_pending"]);
const TOO_MANY_REQUESTS = 429;
const MAX_ATTEMPTS = 3;
const PAGE_SIZE = 1000;
const CHECK_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Http {
  readonly timeoutMs: number;
  private readonly base: string;
  private readonly headers: Record<string, string>;

  constructor(url: string, { apiKey, timeoutMs = 300_000 }: Options = {}) {
    this.base = url.replace(/\/+$/, "");
    this.timeoutMs = timeoutMs;
    this.headers = apiKey ? { "X-API-Key": apiKey } : {};
  }

  async json<T>(path: string, call: Call = {}): Promise<T> {
    return (await (await this.request(path, call)).json()) as T;
  }

  /** The response of a successful request, with retries. */
  request(path: string, call: Call = {}): Promise<Response> {
    return this.retry(path, call, () => true);
  }

  /** A request that takes effect at most once: only after a refusal for its rate is it sent again. */
  once(path: string, call: Call): Promise<Response> {
    return this.retry(path, call, (error) => error.status === TOO_MANY_REQUESTS);
  }

  /** All rows of a list, page by page. */
  async *pages<Page extends { next_cursor?: string | null }, Row>(
    path: string,
    query: Call["query"],
    rows: (page: Page) => readonly Row[],
  ): AsyncGenerator<Row> {
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await this.json<Page>(path, { query: { ...query, limit: PAGE_SIZE, cursor } });
      yield* rows(page);
      cursor = page.next_cursor ?? undefined;
    }
  }

  /** Throws `no_server` when no server answers, `not_photo_critic` for another program; no retries. */
  async check(): Promise<void> {
    const response = await this.attempt("/livez", {}, Date.now() + Math.min(this.timeoutMs, CHECK_MS));
    if (response instanceof CriticError) throw response;
  }

  private async retry(path: string, call: Call, isRepeatable: (error: CriticError) => boolean): Promise<Response> {
    const deadline = Date.now() + this.timeoutMs;
    for (let failures = 0; ; ) {
      const result = await this.attempt(path, call, deadline);
      if (!(result instanceof CriticError)) return result;
      if (!isRepeatable(result)) throw result;
      const backoff = FIRST_PAUSE_MS * 2 ** failures;
      if (!WAITED_FOR.has(result.code)) failures += 1;
      const pause = result.retryAfterSeconds === undefined ? backoff : 1000 * result.retryAfterSeconds;
      if (result.permanent || failures >= MAX_ATTEMPTS || Date.now() + pause > deadline) throw result;
      await new Promise((resume) => setTimeout(resume, pause));
    }
  }

  private async attempt(path: string, call: Call, deadline: number): Promise<Response | CriticError> {
    const url = this.base + path + query(call.query);
    let response: Response, body: string;
    try {
      response = await this.send(url, call, Math.min(Math.max(1, deadline - Date.now()), LONGEST_TIMER_MS));
      if (response.ok && response.status !== 202) return response;
      body = await response.clone().text();
    } catch (cause) {
      return noServer(this.base, cause);
    }
    const error = errorOf(response.status, body, response.headers.get("Retry-After"));
    return response.ok && !WAITED_FOR.has(error.code) ? response : error;
  }

  private send(url: string, { method = "GET", body, headers, onProgress, stream }: Call, timeoutMs: number): Promise<Response> {
    const all = { ...this.headers, ...headers };
    if (onProgress && typeof XMLHttpRequest !== "undefined") {
      return sendByXhr(url, method, body, all, onProgress, timeoutMs);
    }
    return fetch(url, { method, body, headers: all, signal: stream ? null : AbortSignal.timeout(timeoutMs) });
  }
}

/** A body of JSON. */
export function json(fields: object): Pick<Call, "body" | "headers"> {
  return { body: JSON.stringify(fields), headers: { "Content-Type": "application/json" } };
}

function query(parameters: Call["query"] = {}): string {
  const defined = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return defined.length ? `?${new URLSearchParams(defined.map(([name, value]) => [name, String(value)]))}` : "";
}

/** `fetch` has no progress of uploads. */
function sendByXhr(
  url: string,
  method: string,
  body: BodyInit | undefined,
  headers: Record<string, string>,
  onProgress: NonNullable<Call["onProgress"]>,
  timeoutMs: number,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.timeout = timeoutMs;
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    xhr.onload = () => {
      const retryAfter = xhr.getResponseHeader("Retry-After");
      resolve(new Response(xhr.responseText, { status: xhr.status, headers: retryAfter ? { "Retry-After": retryAfter } : {} }));
    };
    xhr.onerror = () => reject(new TypeError("the request failed"));
    xhr.ontimeout = () => reject(new TypeError("the request timed out"));
    xhr.send(body as XMLHttpRequestBodyInit);
  });
}
