// What happens in an album, as it happens: server-sent events, read with fetch because EventSource carries no API key.

import { FEED_SILENCE_MS, RECONNECT_MS } from "./deadlines.js";
import { pause } from "./pause.js";
import { patiently } from "./patience.js";
import { ProblemError, asProblem, connectionLost, noAnswer } from "./problems.js";
import { keyHeader, refused } from "./request.js";

/** @typedef {{id: string, kind: string, data: any}} Told */
/**
 * @typedef {object} Listener
 * @property {(event: Told) => void} onEvent
 * @property {() => void} onOpen
 * @property {(problem: ProblemError) => void} onLost it is tried again by itself
 */

/**
 * Follow the events until the signal says stop or the album is gone, going on after the last one that was seen.
 * Throws a ProblemError that trying again cannot mend.
 * @param {string} path
 * @param {Listener} listener
 * @param {AbortSignal} signal
 */
export async function follow(path, listener, signal) {
  const place = { last: "", gone: false };
  while (!place.gone) {
    try {
      await patiently(() => listen(path, place, listener, signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      const problem = asProblem(error);
      if (problem.permanent) throw problem;
      listener.onLost(problem);
    }
    if (!place.gone) await pause(RECONNECT_MS, signal);
  }
}

/**
 * One connection, until it ends.
 * @param {string} path
 * @param {{last: string, gone: boolean}} place
 * @param {Listener} listener
 * @param {AbortSignal} signal
 */
async function listen(path, place, listener, signal) {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), FEED_SILENCE_MS);
  const giveUp = () => silent.abort();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    const headers = { ...keyHeader(), ...(place.last ? { "Last-Event-ID": place.last } : {}) };
    const response = await fetch(path, { headers, signal: silent.signal });
    if (!response.ok || !response.body) return await refused(response);
    listener.onOpen();
    const take = parser((event) => {
      if (event.id) place.last = event.id;
      if (event.kind === "gone") place.gone = true;
      listener.onEvent(event);
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), FEED_SILENCE_MS);
      take(part.value);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (silent.signal.aborted) throw noAnswer(FEED_SILENCE_MS);
    throw error instanceof ProblemError ? error : connectionLost();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

/**
 * Takes text as it comes and tells whole events. Source: https://html.spec.whatwg.org/#event-stream-interpretation
 * @param {(event: Told) => void} tell
 */
export function parser(tell) {
  let rest = "";
  return (/** @type {string} */ text) => {
    const blocks = (rest + text).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parse(block);
      if (event) tell(event);
    }
  };
}

/** @param {string} block @returns {Told | null} null for a comment */
function parse(block) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at > 0) fields[line.slice(0, at)] = line.slice(at + 1).trimStart();
  }
  const { id = "", event: kind = "", data } = fields;
  return data === undefined ? null : { id, kind, data: JSON.parse(data) };
}
