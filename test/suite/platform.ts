import type { RuntimeName } from '../runtimes/runtime.ts';

/** They run the same HTTP/1.1 client and server of ours. */
const SERVERS = ['node', 'deno', 'bun'] as const;

/**
 * What each runtime can carry. A line here is a difference that users meet, so it is also a line of
 * the README's platform table; a runtime that learns something makes a test fail.
 */
const CAN = {
  /** `GET http://host/path`: workerd answers 500 by itself. */
  absoluteForm: SERVERS,
  /** HTTP/1.0 without Host: workerd answers 400 by itself. */
  noHost: SERVERS,
  /** A Host that is no host gets our 400; workerd answers 500 by itself. */
  refusesBadHosts: SERVERS,
  /** `{`, `"` and the like, which no URL may hold, as they stand: Workers write escapes. */
  rawTarget: SERVERS,
  /** `\` is a letter like others; the URL parser in front of Workers makes a slash of it. */
  backslashInPath: SERVERS,
  /** Host is ours to choose (`pass_host`): workerd's fetch takes it from the URL. */
  hostToUpstream: SERVERS,
  /** How many requests a connection to an upstream carries is ours to say (`keepalive_pool`). */
  keepalivePool: SERVERS,
  /** A name that does not resolve is told from a node that is down: workerd has one text for both. */
  unknownNames: SERVERS,
  /**
   * A POST goes to the next node when one is down: workerd has one text for a refused connection
   * and a broken one, and a request that may have arrived is not sent twice.
   */
  postToNextNode: SERVERS,
  /** So does a large body: workerd reads on before it knows that the node is down. */
  largeBodyToNextNode: SERVERS,
  /** Compressed bytes as they were sent: `wrangler dev` compresses anew. */
  rawCodings: SERVERS,
  /** An Accept-Encoding that is empty: Cloudflare does not tell a Worker of it. */
  emptyAcceptEncoding: SERVERS,
  /** Bytes above 127 in a field of the request, where they are no UTF-8. */
  latin1ToUpstream: SERVERS,
  /** The body of a GET: fetch has none, so it is dropped. */
  bodyOfGet: SERVERS,
  /** Methods in lower case: workerd answers 501 by itself. */
  lowerCaseMethods: SERVERS,
  /** `Expect: 100-continue` is answered at once; workerd lets the client wait it out. */
  continue: SERVERS,
  /** An answer in chunks that breaks off does so for the client: workerd ends it as if it were whole. */
  brokenChunks: SERVERS,
  /** A client that leaves before the answer ends the upstream's work: workerd does not tell. */
  seesClientLeave: SERVERS,
  /**
   * A client that is still sending gets the answer of a node that hung up or of none at all:
   * workerd closes the connection under an upload that nobody reads.
   */
  answersMidUpload: SERVERS,
  /** Case and order of fields: workerd has web `Headers`, sorted and in lower case. */
  fieldOrder: SERVERS,
  /** Fields that are there twice: workerd joins all but Set-Cookie (RFC 9110 section 5.3). */
  repeatedFields: SERVERS,
  /** Bytes above 127 in a target pass as they are: workerd writes escapes. */
  bytesInTarget: SERVERS,
  /** Bytes above 127 in a reason phrase. */
  latin1Reason: SERVERS,
  /** A POST that says nothing of a body gets none: workerd shows a length of 0. */
  noUpload: SERVERS,
  /** Chunk extensions are skipped: workerd fails in a request and drops the chunk in an answer. */
  chunkExtensions: SERVERS,
  /** Trailers of a request: workerd reads the next request from them, and refuses that. */
  trailersOfRequest: SERVERS,
  /** Trailers of an answer: workerd reads the next answer from them, and that request fails. */
  trailersOfAnswer: SERVERS,
  /** 1xx answers of the upstream: workerd takes them for a broken one. */
  interimFromUpstream: SERVERS,
  /** Bytes that follow an answer end the connection: workerd reads the next answer from them. */
  guardsConnections: SERVERS,
  /** Folded fields of an answer are refused; workerd unfolds them (RFC 9112 section 5.2). */
  refusesFolds: SERVERS,
  /** A WebSocket counts for least_conn until it ends: workerd does not tell when that is. */
  countsWebSockets: SERVERS,
  /** The bytes of a WebSocket as they are: workerd speaks it by itself on either side. */
  rawWebSockets: SERVERS,
  /** A WebSocket in which nothing moves is closed: Workers leave that to the platform. */
  closesIdleWebSockets: SERVERS,
  /** What is no handshake is told from one: workerd makes a GET of whatever says Upgrade: websocket. */
  onlyHandshakes: SERVERS,
  /**
   * The same Content-Length twice is one, and an empty one is none (RFC 9110 section 8.6): workerd
   * refuses the former and overlooks the latter.
   */
  oddLengths: SERVERS,
  /** What can never become the head of an answer is refused at once: workerd waits for its end. */
  refusesHopelessHeads: SERVERS,
  /** Statuses above 599, which are none (RFC 9110 section 15): no `Response` can carry them. */
  statusesAbove599: SERVERS,
  /** Upgrade of a 426 (RFC 9110 section 15.5.22): workerd drops it. */
  upgradeOf426: SERVERS,
  /** Content-Length of a 304: the length of what it stands for. */
  lengthOf304: SERVERS,
} as const satisfies Readonly<Record<string, readonly RuntimeName[]>>;

export type Capability = keyof typeof CAN;

export function can(runtime: RuntimeName, what: Capability): boolean {
  return (CAN[what] as readonly RuntimeName[]).includes(runtime);
}
