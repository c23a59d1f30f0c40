import type { RuntimeName } from '../runtimes/runtime.ts';

/** These run our own HTTP/1.1 client and server. */
const SERVERS = ['node', 'deno', 'bun'] as const;

/**
 * What each runtime supports. Each row is a difference that users notice, so it is also a row of the platform
 * table in docs/workers.md; if a runtime gains support, a test fails.
 */
const CAN = {
  /** `GET http://host/path`: workerd responds with 500 itself. */
  absoluteForm: SERVERS,
  /** HTTP/1.0 without Host: workerd responds with 400 itself. */
  noHost: SERVERS,
  /** An invalid Host gets our 400; workerd responds with 500 itself. */
  refusesBadHosts: SERVERS,
  /** `{`, `"` and other characters that no URL may contain are forwarded unchanged; Workers escape them. */
  rawTarget: SERVERS,
  /** `\` is an ordinary character; the URL parser in front of Workers turns it into a slash. */
  backslashInPath: SERVERS,
  /** The gateway can choose Host (`pass_host`); workerd's fetch takes it from the URL. */
  hostToUpstream: SERVERS,
  /** The gateway decides how many requests a connection to an upstream carries (`keepalive_pool`). */
  keepalivePool: SERVERS,
  /** TLS of upstreams and mirrors can be chosen (`tls`): workerd's fetch has no such options. */
  ownTls: SERVERS,
  /** gRPC to upstreams and mirrors: workerd's fetch has no trailers. */
  grpc: SERVERS,
  /** An unknown name can be told from a node that is down: workerd has one message for both. */
  unknownNames: SERVERS,
  /**
   * A POST goes to the next node when one is down: workerd has one message for a refused connection and a broken one,
   * and a request that may have arrived is not sent twice.
   */
  postToNextNode: SERVERS,
  /** So does a large body: workerd reads on before it knows that the node is down. */
  largeBodyToNextNode: SERVERS,
  /** Compressed bytes are forwarded as they were sent: `wrangler dev` compresses them again. */
  rawCodings: SERVERS,
  /** An empty Accept-Encoding: Cloudflare hides it from a Worker. */
  emptyAcceptEncoding: SERVERS,
  /** Bytes above 127 in a request field that are not UTF-8. */
  latin1ToUpstream: SERVERS,
  /** The body of a GET: fetch drops it. */
  bodyOfGet: SERVERS,
  /** Methods in lower case: workerd responds with 501 itself. */
  lowerCaseMethods: SERVERS,
  /** `Expect: 100-continue` gets 100 at once; workerd lets the client wait until it gives up. */
  continue: SERVERS,
  /** A chunked response that breaks off also breaks off for the client: workerd ends it as if it were complete. */
  brokenChunks: SERVERS,
  /** A response that breaks off is logged: Workers pass bodies on without a look at them. */
  logsBrokenResponses: SERVERS,
  /** A client that leaves before the response ends the upstream's work: workerd does not report it. */
  seesClientLeave: SERVERS,
  /**
   * A client that is still sending gets the response to a node that closed, or to no node at all: workerd closes the
   * connection during an upload that nobody reads.
   */
  respondsMidUpload: SERVERS,
  /** Case and order of fields: workerd has web `Headers`, sorted and in lower case. */
  fieldOrder: SERVERS,
  /** Repeated fields: workerd joins all but Set-Cookie (RFC 9110 section 5.3). */
  repeatedFields: SERVERS,
  /** Bytes above 127 in a target are forwarded unchanged: workerd escapes them. */
  bytesInTarget: SERVERS,
  /** Bytes above 127 in a reason phrase. */
  latin1Reason: SERVERS,
  /** A POST that announces no body gets none: workerd shows a length of 0. */
  noUpload: SERVERS,
  /** Chunk extensions are ignored: workerd fails on them in a request and drops the chunk in a response. */
  chunkExtensions: SERVERS,
  /** Trailers of a request: workerd parses them as the next request, and refuses that. */
  trailersOfRequest: SERVERS,
  /** Trailers of a response: workerd parses them as the next response, and that request fails. */
  trailersOfResponse: SERVERS,
  /** 1xx responses of the upstream: workerd takes them as a broken response. */
  interimFromUpstream: SERVERS,
  /** Bytes after a response close the connection: workerd parses them as the next response. */
  guardsConnections: SERVERS,
  /** Folded fields of a response are refused; workerd unfolds them (RFC 9112 section 5.2). */
  refusesFolds: SERVERS,
  /** A WebSocket counts for least_conn until it ends: workerd does not report its end. */
  countsWebSockets: SERVERS,
  /** The bytes of a WebSocket pass unchanged: workerd speaks the protocol itself on either side. */
  rawWebSockets: SERVERS,
  /** A WebSocket in which nothing moves is closed: Workers leave that to the platform. */
  closesIdleWebSockets: SERVERS,
  /** Only a handshake starts a WebSocket: workerd turns every request with Upgrade: websocket into a GET. */
  onlyHandshakes: SERVERS,
  /**
   * A repeated equal Content-Length counts once, and an empty one is refused (RFC 9110 section 8.6): workerd refuses
   * the former and ignores the latter.
   */
  oddLengths: SERVERS,
  /** Bytes that can never become a response head are refused at once: workerd waits for the end of the head. */
  refusesHopelessHeads: SERVERS,
  /** Invalid statuses above 599 (RFC 9110 section 15): no `Response` can carry them. */
  statusesAbove599: SERVERS,
  /** Upgrade of a 426 (RFC 9110 section 15.5.22): workerd drops it. */
  upgradeOf426: SERVERS,
  /** Bodies packed as br or zstd are compared unpacked: workerd knows gzip and deflate alone. */
  unpacksBrotli: SERVERS,
  /** Content-Length of a 304: the length of the representation that it stands for. */
  lengthOf304: SERVERS,
} as const satisfies Readonly<Record<string, readonly RuntimeName[]>>;

export type Capability = keyof typeof CAN;

export function can(runtime: RuntimeName, what: Capability): boolean {
  return (CAN[what] as readonly RuntimeName[]).includes(runtime);
}
