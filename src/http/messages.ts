import type { Destination } from './destination.ts';
import type { HeaderList } from './fields.ts';
import type { Upload } from './upload.ts';

/** A 1xx answer: another one follows (RFC 9110 section 15.2). */
export interface Interim {
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
}

/** Who hears of interim answers. */
export interface Informed {
  inform(interim: Interim): void;
}

/** What a listener knows of a request, before anything is concluded from it. */
export interface Received extends Informed {
  /** As received; HTTP methods are case-sensitive (RFC 9110 section 9.1). */
  readonly method: string;
  /** Origin-form target as received, undecoded: `/a%2Fb?x=1`. */
  readonly target: string;
  readonly scheme: 'http' | 'https';
  /**
   * Whom the request is for, as received: the authority of a target in absolute form, else the Host
   * field (RFC 9112 section 3.2.2), `''` when there is neither. Never used to decide where a request goes.
   */
  readonly authority: string;
  /** Port of the listener the request came in by. */
  readonly serverPort: number;
  /** Address of the socket's peer, as `plainAddress` has it; `''` where the runtime does not tell. */
  readonly peer: string;
  readonly headers: HeaderList;
  /** Whether the client's connection can leave HTTP for another protocol, and the client says so. */
  readonly upgradable: boolean;
  /** `null` when the request has no body. */
  readonly upload: Upload | null;
  /** The client says that trailers will not be dropped on their way to it (RFC 9110 section 10.1.4). */
  readonly takesTrailers: boolean;
  /**
   * Calls back when the client leaves before it was answered, where the runtime can see that, or is sent
   * away by the listener with an answer of this status.
   */
  onGone(callback: (refused?: number) => void): void;
}

/** A request as routes, upstreams and mirrors see it, the same on every runtime. */
export interface Inbound extends Received {
  /** Names this request in logs, events and reports; made when it is first asked for. */
  readonly id: string;
  /** The path that routes are matched against: decoded, dot segments resolved, slashes merged. */
  readonly path: string;
  /** Raw query without `?`; empty when there is none. */
  readonly query: string;
  /** The host of the authority, as routes see it: in lower case, without a port or a dot at its end. */
  readonly host: string;
  /** Address of the client: the socket's peer, or what a trusted proxy said of it. */
  readonly remoteAddr: string;
}

/** How long an upstream may keep us waiting, in milliseconds. */
export interface Timeouts {
  /** To a connection, TLS included. */
  readonly connect: number;
  /** Between two writes of the request. */
  readonly send: number;
  /** To the answer's head, and between two reads of its body. */
  readonly read: number;
}

/** A request to an upstream or a mirror. */
export interface Outbound {
  readonly destination: Destination;
  /** Path and query, sent as they stand where the runtime can. */
  readonly target: string;
  readonly method: string;
  /** `Host` included; nothing that belongs to one connection but the offer to switch and `TE: trailers`. */
  readonly headers: HeaderList;
  /** Bytes can be sent again, an upload only once. */
  readonly body: Uint8Array | Upload | null;
  readonly timeouts: Timeouts;
  /** Set when a 101 is a wanted answer, behind which both sides go on in the protocol of Upgrade. */
  readonly upgrade?: true;
}

/**
 * A response in the form that costs a runtime least. Code other than the runtime's own gets a
 * `Response` made of it.
 */
export interface LightResponse {
  readonly status: number;
  /** The same as a real `Response`; the same one each time. */
  toResponse(): Response;
}

/** What goes to the client. */
export type Reply = Response | LightResponse;

/** The reply for code that expects the real thing. */
export function responseOf(reply: Reply): Response {
  return 'toResponse' in reply ? reply.toResponse() : reply;
}

/** Methods that may be sent twice without harm (RFC 9110 section 9.2.2). */
export const IDEMPOTENT: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
]);
