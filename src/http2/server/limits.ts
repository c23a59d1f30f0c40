/** Requests of one connection at a time. nginx: 128; browsers and gRPC count on about 100. */
export const MAX_STREAMS = 100;

/** A head over the limit of heads gets a 431; one over so many times the limit ends its stream or its connection. */
export const HEAD_TOLERANCE = 2;

/** Most bytes of a request body, in memory or on the way, that its reader has not taken: what RFC 9113 begins with. */
export const WINDOW_BYTES = 65_535;

/**
 * A request that is taken back counts as so many such frames: it has cost us a request (CVE-2023-44487). So does one that
 * makes us reset it (CVE-2025-8671).
 */
export const RESET_COST = 5;

/** A head over `HEAD_TOLERANCE` counts as so many: it was unpacked before it was found to be, and a byte may stand for 4,000. */
export const LARGE_HEAD_COST = 200;

/** A head over the limits, to which there is a 431, counts as so many. */
export const TOO_LARGE_HEAD_COST = 50;

/** Milliseconds for a client to learn that no further requests are taken, before that is so. */
export const GOODBYE_MS = 1000;
