/**
 * Requests that a connection takes before the server has said how many it allows: what browsers, gRPC and RFC 9113
 * section 6.5.2 count on.
 */
export const FIRST_STREAMS = 100;

/** Most requests of one connection at a time, whatever the server allows. */
export const MAX_STREAMS = 1000;

/** Most bytes of a response body, in memory or on the way, that its reader has not taken. */
export const WINDOW_BYTES: number = 256 * 1024;

/** Most bytes of a response's fields, as of HTTP/1.1, and most fields. */
export const HEAD_LIMIT_BYTES: number = 64 * 1024;
export const MAX_FIELDS = 200;

/** Most interim responses to a request, as of HTTP/1.1. */
export const MAX_INTERIM = 32;

/** Bytes of a buffered body that are written at once. node:http2 ends streams that have too much to write. */
export const STRIDE_BYTES: number = 64 * 1024;

/** Megabytes of buffers that node:http2 allows for one connection, before it refuses streams: 256 KiB for each of many. */
export const SESSION_MEMORY_MB = 256;

/** Milliseconds that a connection without requests is kept, unless the operator says how long: nginx, APISIX. */
export const IDLE_MS = 60_000;

/** A connection without requests that was silent for so many milliseconds is asked for a sign of life before it is used. */
export const DOUBTFUL_MS = 4000;

/** Milliseconds for that sign. Then a new connection takes the requests. */
export const SIGN_MS = 1000;

/** After so many milliseconds of silence under requests a connection is asked for a sign of life. */
export const SILENT_MS = 30_000;

/** Milliseconds between two such questions. Servers of gRPC end connections that ask more often than every five minutes. */
export const ASK_AGAIN_MS = 330_000;

/** Milliseconds for a sign of life of a connection that has requests. */
export const SIGN_IN_USE_MS = 10_000;

/** Milliseconds between two looks at the connections to an origin. */
export const SWEEP_MS = 1000;
