/** Most bytes of a request line. nginx and Apache accept as much; some browsers and caches less. */
export const REQUEST_LINE_LIMIT_BYTES: number = 8 * 1024;

/** Most bytes of a request's head. nginx: four buffers of 8 KiB. */
export const HEAD_LIMIT_BYTES: number = 32 * 1024;

/** Largest heads of requests, in bytes. */
export interface HeadLimits {
  readonly head: number;
  readonly requestLine: number;
}

export const HEAD_LIMITS: HeadLimits = {
  head: HEAD_LIMIT_BYTES,
  requestLine: REQUEST_LINE_LIMIT_BYTES,
};

/** The limits of a listener that allows heads of so many bytes: its request lines may be as long, or as by default. */
export function headLimits(maxHeadBytes: number): HeadLimits {
  return { head: maxHeadBytes, requestLine: Math.max(maxHeadBytes, REQUEST_LINE_LIMIT_BYTES) };
}

/** Most fields of a request's head. Twice Apache's limit, and few enough to keep every look-up by name fast. */
export const MAX_FIELDS = 200;

/**
 * Default for the milliseconds that a client may take: from the first byte of a head to its last, between two reads of
 * a body while somebody waits for it, and between two writes of a response. nginx has a setting for each, with this
 * default.
 */
export const CLIENT_TIMEOUT_MS = 60_000;

/** Milliseconds that a connection may wait for its next request. nginx's keepalive_timeout. */
export const IDLE_TIMEOUT_MS = 75_000;

/** Milliseconds for which a new connection is not closed to make room for others: its first request is expected. */
export const FIRST_BYTES_MS = 1000;

/** Connections that begin with HTTP/2 at once, and then in a second, before they do so with low priority (see `Turns`). */
export const HTTP2_BEGINS_PER_S = 100;

/** Bytes of a request body that are buffered before the client is paused: one read of a socket. */
export const BODY_HIGH_WATER_BYTES: number = 64 * 1024;

/** Most bytes of an unwanted request body that are read to keep the connection. A new one costs about as much. */
export const DISCARD_LIMIT_BYTES: number = 64 * 1024;

/** Milliseconds between two reads after the last response. Apache's SECONDS_TO_LINGER. */
export const LINGER_PAUSE_MS = 2000;

/** Milliseconds for all reads after the last response. nginx's lingering_time. */
export const LINGER_MS = 30_000;

/** Default for the most connections of clients at a time. About APISIX's worker_connections. */
export const MAX_CONNECTIONS = 10_000;
