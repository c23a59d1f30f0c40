/** Bytes of a request line: what nginx and Apache take, and more than browsers and caches agree on. */
export const REQUEST_LINE_LIMIT_BYTES: number = 8 * 1024;

/** Bytes of a whole head: nginx's four buffers of 8 KiB. */
export const HEAD_LIMIT_BYTES: number = 32 * 1024;

/** Fields of a head: twice Apache's, and few enough that no field name can make a lookup slow. */
export const MOST_FIELDS = 200;

/**
 * Milliseconds that a client may take, where nothing else is set: for a head from its first byte on,
 * between two reads of a body that somebody waits for, and between two writes of an answer. nginx
 * has a setting for each, with this default.
 */
export const CLIENT_TIMEOUT_MS = 60_000;

/** Milliseconds that a connection waits for its next request: nginx's. */
export const IDLE_TIMEOUT_MS = 75_000;

/**
 * Milliseconds in which a new connection has its first bytes, unless its client is slow or wants none:
 * so long it does not make room for others.
 */
export const FIRST_BYTES_MS = 1000;

/** Bytes of a body that wait for their reader before the client has to wait: one read of a socket. */
export const BODY_HIGH_WATER_BYTES: number = 64 * 1024;

/**
 * Bytes of a body nobody wants that are read to keep the connection. Setting up a new one costs
 * about as much as that.
 */
export const DISCARD_LIMIT_BYTES: number = 64 * 1024;

/** Milliseconds between two reads of what a client still sends after its last answer. */
export const LINGER_PAUSE_MS = 2000;

/** Milliseconds of all such reads: nginx's lingering_time. */
export const LINGER_MS = 30_000;

/** Connections of clients at once, where nothing else is set: about APISIX's worker_connections. */
export const MOST_CONNECTIONS = 10_000;
