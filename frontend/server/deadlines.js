// How long the page waits for anything, in milliseconds, and how often it tries. Nothing here may wait for ever.

/** Shrinking one photo; after that the original is sent. */
export const SHRINK_MS = 30_000;

/** An upload that moves no byte for this long is given up. */
export const UPLOAD_STALL_MS = 30_000;

/** The answer to any request, counted from when it was sent; one that the server may hold back adds that time. */
export const ANSWER_MS = 30_000;

/** Photos that were sent are called late when, for this long, the server finished none. */
export const RESULT_MS = 120_000;

/** How long the server may compute groups or a proposal before it answers, seconds. */
export const ANSWER_WAIT_SECONDS = 20;

/** Events are thought lost after this silence: the server sends at least a ping in 15 seconds. */
export const FEED_SILENCE_MS = 40_000;

/** The pause before listening for events again. */
export const RECONNECT_MS = 1_000;

/** A busy server (429) is asked this often by anything but an upload, and waited for at most this long each time. */
export const BUSY_TRIES = 6;
export const BUSY_PAUSE_MAX_MS = 30_000;

/** A lost connection is tried again after these pauses; then the photo says so and waits for a click. */
export const RETRY_PAUSES_MS = "1000 2000 4000 8000 15000";
