import type { Socket } from 'node:net';
import type { Reply } from '../../http/messages.ts';
import type { Turns } from '../turns.ts';
import type { HeadLimits } from './limits.ts';
import type { Link, ServerRequest } from './request.ts';

/** A client's connection as its listener sees it, whatever version of HTTP it speaks. */
export interface AcceptedConnection {
  /** `https`: TLS is ended here. */
  readonly scheme: Link['scheme'];
  /** The deadline, if no response is lost by closing the connection now; else `Infinity`: do not evict. */
  evictableUntil(now: number): number;
  /** The listener stops: closes the connection now, or after the responses that are under way. */
  stop(): void;
  destroy(): void;
}

/** What a connection needs from its listener. */
export interface ConnectionOwner {
  /** Milliseconds for a head, between two reads of a body, and between two writes of a response. */
  readonly clientTimeoutMs: number;
  readonly turns: Turns;
  /** Default: `HEAD_LIMITS`. */
  readonly headLimits?: HeadLimits;
  /** True once the listener stops: each connection closes after its response. */
  readonly stopping: boolean;
  respond(request: ServerRequest): Reply | Promise<Reply>;
  closed(connection: AcceptedConnection): void;
  /**
   * Takes over a connection whose client speaks HTTP/2. Default: nobody does.
   *
   * @param bytes what was read from the socket
   */
  readonly switchToHttp2?:
    | ((connection: AcceptedConnection, socket: Socket, bytes: Buffer) => void)
    | null;
}

/**
 * Serves a connection whose client speaks HTTP/2.
 *
 * @param first the bytes that were read already: they begin with the client's preface
 */
export type ServeHttp2 = (
  socket: Socket,
  first: Buffer,
  owner: ConnectionOwner,
  scheme: Link['scheme'],
) => AcceptedConnection;
