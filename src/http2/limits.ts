/** Frames of no use that a connection may send at once: see `FrameWatch`. */
export const MAX_IDLE_FRAMES = 1000;

/** Further such frames for each second. */
export const IDLE_FRAMES_PER_S = 500;

/** Further such frames for bytes sent to the peer: it has to say that it took them (WINDOW_UPDATE). */
export const BYTES_PER_IDLE_FRAME = 64;

/**
 * Frames and fields of a connection that are read in one turn of the event loop. A few bytes may be thousands of them, and
 * everybody else waits meanwhile.
 */
export const WORK_PER_TURN = 64;

/** Further fields of a head are of no use. They are allowed, but not in a hurry. */
export const USEFUL_FIELDS = 64;

/** So are frames with less data: gRPC's smallest message has as much. */
export const USEFUL_DATA_BYTES = 5;

/** A request is so much work beside its fields. */
export const WORK_OF_HEAD = 8;

/** Milliseconds that a closed connection is read on for, so that our last frames reach the peer. */
export const LINGER_MS = 1000;

/**
 * Milliseconds for which the end of a connection is held back from a peer that has flooded us, or done what ends one. Nor is it
 * read. Otherwise it would begin anew at once, and a connection costs more than the frames of a flood.
 */
export const HOLD_MS = 1000;
