// How long the page waits for anything, in milliseconds, and how often it tries. Nothing here may wait for ever.

/** Shrinking one photo; after that the original is sent. */
export const SHRINK_MS = 30_000;

/** An upload that moves no byte for this long is given up. */
export const UPLOAD_STALL_MS = 30_000;

/** The answer to any request, counted from when it was sent; a long poll adds its own waiting time. */
export const ANSWER_MS = 30_000;

/** A photo is called late when, for this long after its upload, neither it nor any other photo was finished. */
export const RESULT_MS = 120_000;

/** How long the server may hold one question about a photo: long when nothing else asks, short in a crowd. */
export const POLL_SECONDS = 10;
export const CROWDED_POLL_SECONDS = 2;

/** Between two questions, so that a server which holds no answer back is not flooded with them. */
export const POLL_GAP_MS = 250;

/** The pause before asking again when a question about a photo went wrong. */
export const POLL_PAUSE_MS = 1_500;

/** A busy server (429) is asked this often, and waited for at most this long each time. */
export const BUSY_TRIES = 6;
export const BUSY_PAUSE_MAX_MS = 30_000;
