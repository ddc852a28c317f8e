// An album's server-sent events, over fetch: EventSource sends no API key.

import { sleep } from "../async/sleep.js";
import { ProblemError, asProblem, connectionLost, responseTimeout } from "./errors.js";
import { keyHeader, throwProblem } from "./request.js";
import { retry } from "./retry.js";
import { RECONNECT_MS, STREAM_SILENCE_MS } from "./timeouts.js";

/** Follow the stream until the signal's abort or the album's deletion, with reconnects after the last event.
 * Throws a permanent ProblemError. @param {string} path @param {StreamListener} listener @param {AbortSignal} signal */
export async function follow(path, listener, signal) {
  /** @type {StreamState} */
  const state = { lastEventId: "", deleted: false };
  while (!state.deleted) {
    try {
      await retry(() => connect(path, state, listener, signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      const problem = asProblem(error);
      if (problem.permanent) throw problem;
      listener.onLost(problem);
    }
    if (!state.deleted) await sleep(RECONNECT_MS, signal);
  }
}

/** One connection, until it ends. @param {string} path @param {StreamState} state @param {StreamListener} listener
 * @param {AbortSignal} signal */
async function connect(path, state, listener, signal) {
  const silence = new AbortController();
  const abort = () => silence.abort();
  let timer = setTimeout(abort, STREAM_SILENCE_MS);
  try {
    const headers = { ...keyHeader(), ...(state.lastEventId ? { "Last-Event-ID": state.lastEventId } : {}) };
    const response = await fetch(path, { headers, signal: AbortSignal.any([signal, silence.signal]) });
    if (!response.ok || !response.body) return await throwProblem(response);
    listener.onOpen();
    const parse = eventParser((event) => {
      if (event.id) state.lastEventId = event.id;
      if (event.kind === "album_deleted") state.deleted = true;
      listener.onEvent(event);
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(abort, STREAM_SILENCE_MS);
      parse(chunk.value);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (silence.signal.aborted) throw responseTimeout(STREAM_SILENCE_MS);
    throw error instanceof ProblemError ? error : connectionLost();
  } finally {
    clearTimeout(timer);
  }
}

/** A parser of text chunks. Source: https://html.spec.whatwg.org/#event-stream-interpretation
 * @param {(event: ServerEvent) => void} onEvent */
export function eventParser(onEvent) {
  let rest = "";
  return (/** @type {string} */ text) => {
    const blocks = (rest + text).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event) onEvent(event);
    }
  };
}

/** @param {string} block @returns {ServerEvent | null} null for a comment */
function parseEvent(block) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
  }
  const { id = "", event: kind = "", data } = fields;
  return data === undefined ? null : { id, kind, data: JSON.parse(data) };
}
