import type { Destination } from './destination.ts';
import type { HeaderList } from './fields.ts';
import type { Upload } from './upload.ts';

/** A 1xx response: another response follows (RFC 9110 section 15.2). */
export interface Interim {
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
}

/** Receives the interim responses to its request. */
export interface Informed {
  /** Highest status that the final response may have. Default: any. */
  readonly maxStatus?: number | undefined;
  inform(interim: Interim): void;
}

/** A request as the listener received it, before trust, path and host are worked out. */
export interface Received extends Informed {
  /** As received; HTTP methods are case-sensitive (RFC 9110 section 9.1). */
  readonly method: string;
  /** The target in origin form, as received, undecoded: `/a%2Fb?x=1`. */
  readonly target: string;
  readonly scheme: 'http' | 'https';
  /**
   * The authority of a target in absolute form, else the Host field, as received (RFC 9112 section 3.2.2); `''`
   * if there is neither. Never decides which address the request is sent to.
   */
  readonly authority: string;
  /** Port of the listener. */
  readonly serverPort: number;
  /** Address of the socket's peer, normalized by `plainAddress`; `''` if the runtime does not expose it. */
  readonly peer: string;
  readonly headers: HeaderList;
  /** True if the client asks to upgrade and its connection can switch to another protocol. */
  readonly upgradable: boolean;
  /** `null` if the request has no body. */
  readonly upload: Upload | null;
  /** The client sent `TE: trailers`: trailers will reach it (RFC 9110 section 10.1.4). */
  readonly takesTrailers: boolean;
  /**
   * Registers a callback for a client that leaves before the response, where the runtime can see that.
   *
   * @param callback called with the status if the listener itself ended the request with an error response
   */
  onGone(callback: (refused?: number) => void): void;
}

/** A request as routes, upstreams and mirrors see it, the same on every runtime. */
export interface Inbound extends Received {
  /** Id of the request in logs, events and reports. Generated on first access. */
  readonly id: string;
  /** The path that routes match: decoded, dot segments resolved, slashes merged. */
  readonly path: string;
  /** The raw query without `?`; `''` if there is none. */
  readonly query: string;
  /** Host of the authority: lower case, without port and trailing dot. */
  readonly host: string;
  /** The client's address: the socket's peer, or the address that a trusted proxy reported. */
  readonly remoteAddr: string;
}

/** Timeouts of an upstream, in milliseconds. */
export interface Timeouts {
  /** For a connection, TLS included. */
  readonly connect: number;
  /** Between two writes of the request. */
  readonly send: number;
  /** Until the response's head, and between two reads of its body. */
  readonly read: number;
}

/** A request to an upstream or a mirror. */
export interface Outbound {
  readonly destination: Destination;
  /** Path and query; sent unchanged where the runtime allows it. */
  readonly target: string;
  readonly method: string;
  /** Includes `Host`. The only hop-by-hop fields are our own: the request to upgrade and `TE: trailers`. */
  readonly headers: HeaderList;
  /** Bytes can be sent again, an upload only once. */
  readonly body: Uint8Array | Upload | null;
  readonly timeouts: Timeouts;
  /** Set if the request asks to upgrade: a 101 is then accepted, and both sides switch to the new protocol. */
  readonly upgrade?: true;
}

/** A response in the form that is cheapest for the runtime. User code gets a real `Response` instead. */
export interface LightResponse {
  readonly status: number;
  /** Converts to a `Response`. Returns the same object on each call. */
  toResponse(): Response;
  /** Calls back if the server breaks the body off while the client wants it. At most one callback. */
  onBrokenOff(callback: (error: Error) => void): void;
}

/** A response for the client. */
export type Reply = (Response & { readonly onBrokenOff?: never }) | LightResponse;

/** Converts a reply to a `Response`, for code that expects one. */
export function responseOf(reply: Reply): Response {
  return 'toResponse' in reply ? reply.toResponse() : reply;
}

/** Idempotent methods: such a request may be sent twice (RFC 9110 section 9.2.2). */
export const IDEMPOTENT: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
]);
