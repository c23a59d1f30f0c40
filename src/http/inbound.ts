import type { HeaderList } from './headers.ts';
import type { Informed } from './transport.ts';
import type { Upload } from './upload.ts';

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
