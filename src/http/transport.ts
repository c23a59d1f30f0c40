import type { HeaderList } from './fields.ts';
import type { Informed, Outbound, Reply } from './messages.ts';

/** Why a request got no complete response. The names are also the reasons of failed copies. */
export type FailureKind = 'connect' | 'dns' | 'tls' | 'timeout' | 'reset' | 'protocol' | 'shutdown';

/** A request got no complete response. `cause` is the runtime's own error: for logs, never for clients. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: FailureKind;
  /**
   * True if no byte of the request was written. Does not follow from `kind`: a timeout or a reset may come before
   * the first byte or after it.
   */
  readonly unsent: boolean;
  /** True if the server did not cause the failure, which then must not count against it. */
  readonly blameless: boolean;

  /** @param unsent default: false, since a request must not be sent twice on a guess */
  constructor(kind: FailureKind, message: string, cause?: unknown, unsent = false) {
    super(message, { cause });
    this.kind = kind;
    this.unsent = unsent;
    this.blameless = kind === 'shutdown' || isShortage(cause);
  }

  /** The same failure, for a request of which no byte was written. */
  asUnsent(): TransportError {
    return new TransportError(this.kind, this.message, this.cause, true);
  }
}

/** The client left before it got a response: the exchange has no recipient any more. */
export class ClientLeftError extends TransportError {
  /** Status of the listener's own error response, if that ended the request; `null` if the client left. */
  readonly refused: number | null;
  override readonly blameless = true;

  constructor(cause?: unknown, refused: number | null = null) {
    super('reset', 'the client left before the response', cause);
    this.refused = refused;
  }
}

/** A request in flight. */
export interface Call<T> {
  /** Rejects with a `TransportError` and nothing else. */
  readonly done: Promise<T>;
  /** Cancels the request: `done` rejects with `reason` unless it is settled already. */
  abort(reason: TransportError): void;
  /**
   * Registers a callback that is called once, when the server is done with the request: after a failure or the
   * last byte of the response; on runtimes that do not report the last byte, after the head. At most one callback.
   */
  onOver(callback: () => void): void;
}

/** Observes a response as it passes. Must not throw and must not delay the bytes. */
export interface ResponseTap {
  /**
   * Called once, when the final response has arrived: never for an interim response, and not at all if the request
   * fails before.
   *
   * @param headers the fields as they are passed on, without hop-by-hop fields
   * @param length bytes of the body that follows; 0 if there is none, `null` if that is not known
   */
  head(status: number, headers: HeaderList, length: number | null): void;
  /** False once the tap needs no more bytes: then it may get none, and `end(false)` at any time. */
  readonly wanted: boolean;
  /** @param bytes only lent for the call: the tap must copy what it keeps, and must not write to it */
  chunk(bytes: Uint8Array): void;
  /**
   * Called once after `head`.
   *
   * @param isComplete true if the whole body arrived; false if it broke off, the client left, time ran out, or the
   * connection switched to another protocol
   */
  end(isComplete: boolean, trailers: HeaderList | null): void;
}

/**
 * Sends a request to an upstream. The response is ready for the client: unchanged except for hop-by-hop fields,
 * body streamed, redirects not followed.
 *
 * @param client receives interim responses, on runtimes that expose them
 * @param tap observes the response; the same one may be given again for another attempt, if this one fails
 */
export type Forward = (
  request: Outbound,
  client: Informed,
  tap?: ResponseTap | null,
) => Call<Reply>;

/** State of the connection after an exchange. `cut`: we closed it in the middle of a long response. */
export type ConnectionLeft = 'kept' | 'closed' | 'cut';

/** A mirror's response. */
export interface CopyResponse {
  readonly status: number;
  readonly connection: ConnectionLeft;
}

/**
 * Sends a copy to a mirror and discards the response. Resolves when the response was drained or, if it is long,
 * cut off. Never shares sockets with `Forward`, so that a bad mirror cannot use up the primary's.
 *
 * @param life milliseconds for the whole copy, to the last byte of the response. Without a response head by then,
 * the copy fails with `timeout`; with one, the rest of the body is cut off
 * @param tap observes the response. A long one is read for as long as the tap wants more, so it must have a limit
 */
export type SendCopy = (
  request: Outbound,
  life: number,
  tap?: ResponseTap | null,
) => Call<CopyResponse>;

/** Error codes of resources that this process or machine ran out of: descriptors, ports, memory. */
const SHORTAGES: ReadonlySet<unknown> = new Set([
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'ENOMEM',
]);

/**
 * True if a failure was caused by our own lack of resources alone, so that it says nothing about the server. If
 * several addresses were tried, all must have failed this way: EADDRNOTAVAIL may be permanent for one of them
 * (no IPv6), while another refused the connection.
 *
 * @param cause an error, or the errors of parallel attempts
 */
export function isShortage(cause: unknown): boolean {
  if (Array.isArray(cause)) return cause.length > 0 && cause.every(isShortage);
  if (!(cause instanceof Error)) return false;
  if ('code' in cause && SHORTAGES.has(cause.code)) return true;
  return isShortage(cause instanceof AggregateError ? cause.errors : cause.cause);
}
