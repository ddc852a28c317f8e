// All timeouts, backoffs and retry limits of the page.

/** Downscaling of one photo; afterwards the original is uploaded. */
export const DOWNSCALE_MS = 30_000;

/** An upload without progress for this long fails. */
export const UPLOAD_STALL_MS = 30_000;

/** The response to a request; a request with `wait` adds its waiting time. */
export const RESPONSE_MS = 30_000;

/** Scores are late when no photo was finished for this long. */
export const RESULT_MS = 120_000;

/** Long poll: how long the server may compute groups or a selection before it responds, seconds. */
export const RESULT_WAIT_SECONDS = 20;

/** An event stream is lost after this silence: the server sends a ping every 15 seconds. */
export const STREAM_SILENCE_MS = 40_000;

/** The pause before a reconnect of the event stream. */
export const RECONNECT_MS = 1_000;

/** Attempts of a request, except uploads, while the server is overloaded or its result pending. */
export const MAX_ATTEMPTS = 6;
export const MAX_RETRY_PAUSE_MS = 30_000;

/** Pauses between attempts of an upload after a lost connection; afterwards the photo offers a retry. */
export const RETRY_BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
