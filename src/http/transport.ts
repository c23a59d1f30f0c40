import type { Informed, Outbound, Reply } from './messages.ts';

/** Why a request got no whole answer. The names are also the reasons of a failed copy. */
export type FailureKind = 'connect' | 'dns' | 'tls' | 'timeout' | 'reset' | 'protocol' | 'shutdown';

/** A request that got no whole answer. `cause` is what the runtime said: for logs, never for clients. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: FailureKind;
  /**
   * True when no byte of the request was written. A fact of the connection, whatever the failure is
   * called: a time-out or a reset may come before the first byte as well as behind it.
   */
  readonly unsent: boolean;
  /** True when the server had no part in it: then it must not count against it. */
  readonly blameless: boolean;

  /** @param unsent default: no, since nobody may send a request twice on a guess */
  constructor(kind: FailureKind, message: string, cause?: unknown, unsent = false) {
    super(message, { cause });
    this.kind = kind;
    this.unsent = unsent;
    this.blameless = kind === 'shutdown' || isShortage(cause);
  }

  /** The same failure, of a request of which no byte was written. */
  asUnsent(): TransportError {
    return new TransportError(this.kind, this.message, this.cause, true);
  }
}

/** The client left before it was answered: nobody waits for this exchange any more. */
export class ClientLeftError extends TransportError {
  /** Status of the answer that the listener sent it away with; `null` when it left by itself. */
  readonly refused: number | null;
  override readonly blameless = true;

  constructor(cause?: unknown, refused: number | null = null) {
    super('reset', 'the client left before it was answered', cause);
    this.refused = refused;
  }
}

/** A request under way. */
export interface Call<T> {
  /** Rejects with a `TransportError` and nothing else. */
  readonly done: Promise<T>;
  /** Gives up; `done` rejects with `reason` unless it is settled already. */
  abort(reason: TransportError): void;
  /**
   * Calls back once, when the server has nothing more to do with it: it failed, or the last byte of
   * the answer came. Where the runtime does not tell, when the answer began. At most one callback.
   */
  onOver(callback: () => void): void;
}

/**
 * Sends a request to an upstream. The answer is ready for the client: untouched but for the fields
 * that belong to the upstream's own connection, body streamed, redirects not followed.
 *
 * @param client told of the interim answers before it, where the runtime sees them
 */
export type Forward = (request: Outbound, client: Informed) => Call<Reply>;

/** What an exchange left of its connection: `cut` when we closed it under an answer without end. */
export type ConnectionLeft = 'kept' | 'closed' | 'cut';

/** What a mirror answered. */
export interface CopyResponse {
  readonly status: number;
  readonly connection: ConnectionLeft;
}

/**
 * Sends a copy to a mirror and drops the answer: resolves once that was drained or, when it is
 * long, cut off. Uses sockets apart from those of `Forward`, so that a bad
 * mirror cannot take the primary's.
 *
 * @param life milliseconds for everything, to the last byte of the answer. A copy that is not
 * answered by then fails with `timeout`; of one that is, the rest of the answer is cut off
 */
export type SendCopy = (request: Outbound, life: number) => Call<CopyResponse>;

/** What a process or its machine may run short of: descriptors, ports, memory. */
const SHORTAGES: ReadonlySet<unknown> = new Set([
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'ENOMEM',
]);

/**
 * Whether all that led to a failure is a want of our own: then nobody knows what the other side would have done. Of
 * several addresses one may have no port here for a reason that lasts (no IPv6), and another still have refused.
 *
 * @param cause an error, or several of attempts side by side
 */
export function isShortage(cause: unknown): boolean {
  if (Array.isArray(cause)) return cause.length > 0 && cause.every(isShortage);
  if (!(cause instanceof Error)) return false;
  if ('code' in cause && SHORTAGES.has(cause.code)) return true;
  return isShortage(cause instanceof AggregateError ? cause.errors : cause.cause);
}
