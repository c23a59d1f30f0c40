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
} as const satisfies Readonly<Record<string, readonly RuntimeName[]>>;

export type Capability = keyof typeof CAN;

export function can(runtime: RuntimeName, what: Capability): boolean {
  return (CAN[what] as readonly RuntimeName[]).includes(runtime);
}
