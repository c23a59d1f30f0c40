/** Frames of no use that a connection may send at once: see `FrameWatch`. */
export const MAX_IDLE_FRAMES = 1000;

/** Further such frames for each second. */
export const IDLE_FRAMES_PER_S = 500;

/** Further such frames for bytes sent to the peer: it has to say that it took them (WINDOW_UPDATE). */
export const BYTES_PER_IDLE_FRAME = 64;

/** Milliseconds that a closed connection is read on for, so that our last frames reach the peer. */
export const LINGER_MS = 1000;

/**
 * Milliseconds for which the end of a connection is held back from a peer that has flooded us, or done what ends one. Nor is it
 * read. Otherwise it would begin anew at once, and a connection costs more than the frames of a flood.
 */
export const HOLD_MS = 1000;
