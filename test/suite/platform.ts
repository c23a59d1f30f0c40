import type { RuntimeName } from '../runtimes/runtime.ts';

/**
 * What each runtime can carry. A line here is a difference that users meet, so it is also a line of
 * the README's platform table; a runtime that learns something makes a test fail.
 */
const CAN = {
  /** `GET http://host/path`: workerd answers 500 by itself. */
  absoluteForm: ['node', 'deno', 'bun'],
  /** HTTP/1.0 without Host: workerd answers 400 by itself. */
  noHost: ['node', 'deno', 'bun'],
  /** A Host that is no host gets our 400; workerd answers 500 by itself. */
  refusesBadHosts: ['node', 'deno', 'bun'],
  /** `{`, `"` and the like, which no URL may hold, as they stand: Bun and Workers write escapes. */
  rawTarget: ['node', 'deno'],
  /** `\` is a letter like others; the URL parser in front of Bun and Workers makes a slash of it. */
  backslashInPath: ['node', 'deno'],
  /** Host is ours to choose (`pass_host`): workerd's fetch takes it from the URL. */
  hostToUpstream: ['node', 'deno', 'bun'],
  /** A name that does not resolve is told from a node that is down: workerd has one text for both. */
  unknownNames: ['node', 'deno', 'bun'],
  /**
   * A POST goes to the next node when one is down: workerd has one text for a refused connection
   * and a broken one, and a request that may have arrived is not sent twice.
   */
  postToNextNode: ['node', 'deno', 'bun'],
  /** So does a large body: workerd reads on before it knows that the node is down. */
  largeBodyToNextNode: ['node', 'deno', 'bun'],
  /** The upstream's reason phrase; the servers of the others know only the standard ones. */
  reasonPhrase: ['node', 'workers'],
  /** 205 ends at once: Deno.serve sends neither a length nor the end, and the client waits. */
  status205: ['node', 'bun', 'workers'],
  /** No Content-Type where the upstream sent none: Bun.serve writes one. */
  noContentType: ['node', 'deno', 'workers'],
  /** No Date where the upstream sent none. */
  noDate: ['node', 'workers'],
  /** Compressed bytes as they were sent: `wrangler dev` compresses anew. */
  rawCodings: ['node', 'deno', 'bun'],
  /** Content-Length of an answer that does not arrive in one piece: Bun.serve sends streams in chunks. */
  answerLength: ['node', 'deno', 'workers'],
  /** The client's own Accept-Encoding; Cloudflare makes one of its own of any. */
  acceptEncoding: ['node', 'deno', 'bun'],
  /** Bytes above 127 in a field of the request, where they are no UTF-8. */
  latin1ToUpstream: ['node', 'deno', 'bun'],
  /** The body of a GET: fetch has none, so it is dropped. */
  bodyOfGet: ['node'],
  /** `Expect: 100-continue` is answered at once; workerd lets the client wait it out. */
  continue: ['node', 'deno', 'bun'],
  /** The head goes out before the first byte of the body: Bun.serve waits for that. */
  headBeforeBody: ['node', 'deno', 'workers'],
  /** An answer in chunks that breaks off does so for the client: workerd ends it as if it were whole. */
  brokenChunks: ['node', 'deno', 'bun'],
  /** A client that leaves before the answer ends the upstream's work: workerd does not tell. */
  seesClientLeave: ['node', 'deno', 'bun'],
  /**
   * A client that is still sending gets the answer of a node that hung up or of none at all:
   * workerd closes the connection under an upload that nobody reads.
   */
  answersMidUpload: ['node', 'deno', 'bun'],
  /** Case and order of fields: the others have web `Headers`, sorted and in lower case. */
  fieldOrder: ['node'],
  /** The same for the answer to HEAD, which Hono makes anew of the one to GET. */
  fieldOrderOfHead: [],
  /** Fields that are there twice: the others join all but Set-Cookie (RFC 9110 section 5.3). */
  repeatedFields: ['node'],
  /** Several Cookie fields, joined as cookies are: workerd writes a comma. */
  repeatedCookies: ['node', 'deno', 'bun'],
  /** Bytes above 127 in a target, which are read as UTF-8; node:http refuses them. */
  utf8InTarget: ['deno', 'bun', 'workers'],
  /** Bytes above 127 in a reason phrase. */
  latin1Reason: ['node', 'deno', 'bun'],
  /** `OPTIONS *` is no request for a path: Deno.serve makes one of it. */
  asteriskForm: ['node', 'bun', 'workers'],
  /** A POST that says nothing of a body gets none: Deno.serve shows a stream, workerd a length of 0. */
  noUpload: ['node', 'bun'],
  /** Chunk extensions are skipped: workerd fails in a request and drops the chunk in an answer. */
  chunkExtensions: ['node', 'deno', 'bun'],
  /** Trailers of a request are read over: Bun.serve refuses them, workerd reads a request from them. */
  trailersOfRequest: ['node', 'deno'],
  /** Trailers of an answer, too: workerd reads the next answer from them, and that request fails. */
  trailersOfAnswer: ['node', 'deno', 'bun'],
  /** 1xx answers of the upstream: workerd takes them for a broken one. */
  interimFromUpstream: ['node', 'deno', 'bun'],
  /** Bytes that follow an answer end the connection: workerd reads the next answer from them. */
  guardsConnections: ['node', 'deno', 'bun'],
  /** Folded fields and spaces before a colon are refused; workerd mends them (RFC 9112 section 5). */
  refusesFolds: ['node', 'deno', 'bun'],
  /** No Content-Length in answer to HEAD where the upstream sent none: 0 would be wrong. */
  lengthOfHead: ['node', 'workers'],
  /** Content-Length of a 304: the length of what it stands for. */
  lengthOf304: ['node', 'bun'],
  /** HTTP/1.1 in answer to HTTP/1.0, as RFC 9110 section 6.2 has it. */
  versionOfAnswer: ['node', 'bun', 'workers'],
} as const satisfies Readonly<Record<string, readonly RuntimeName[]>>;

export type Capability = keyof typeof CAN;

export function can(runtime: RuntimeName, what: Capability): boolean {
  return (CAN[what] as readonly RuntimeName[]).includes(runtime);
}
