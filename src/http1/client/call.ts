import { IDEMPOTENT, type Informed, type Outbound, type Reply } from '../../http/messages.ts';
import {
  type Call,
  type ConnectionLeft,
  type CopyResponse,
  type Forward,
  type ResponseTap,
  type SendCopy,
  TransportError,
} from '../../http/transport.ts';
import { Upload } from '../../http/upload.ts';
import type { BodyPipe } from '../body-pipe.ts';
import { parseFieldLines } from '../fields.ts';
import type { Carrier, ExchangeListener } from './exchange-listener.ts';
import { transportError } from './failure.ts';
import type { Framing } from '../framing.ts';
import { RelayedResponse } from '../relayed-response.ts';
import type { ResponseHead } from './parse-response-head.ts';
import type { Pool } from './pool.ts';
import { recycle } from '../read-buffer.ts';

/** Creates a `Forward` over a pool. Fields, reason phrases and bodies are passed on as raw bytes. */
export function http1Forward(pool: Pool): Forward {
  return (request, client, tap = null) => {
    const call = new ForwardCall(pool, request, client, tap);
    call.start();
    return call;
  };
}

/**
 * Creates a `SendCopy` over a pool that serves mirrors only. Responses are dropped as they arrive. Copies start at the
 * end of a turn of the event loop: all requests that arrived in that turn go to their upstreams first, so that a copy
 * delays no client.
 */
export function http1SendCopy(pool: Pool): SendCopy {
  const start = atEndOfTurn<CopyCall>((call) => call.start());
  return (request, life, tap = null) => {
    const call = new CopyCall(pool, request, performance.now() + life, tap);
    start(call);
    return call;
  };
}

/** Defers work until the event loop has handled everything that was ready. */
function atEndOfTurn<T>(work: (item: T) => void): (item: T) => void {
  let waiting: T[] = [];
  function workAll(): void {
    const items = waiting;
    waiting = [];
    for (const item of items) work(item);
  }
  return (item) => {
    if (waiting.push(item) === 1) setImmediate(workAll);
  };
}

/**
 * Most bytes of a mirror's response body (on the wire) that are read to keep the connection; that costs about as much
 * as a new connection. A longer response is cut off, which closes the connection, unless a tap wants more of it.
 */
const DRAIN_LIMIT_BYTES = 1024 * 1024;

/** A request in flight. One object is both the call and the listener of its connection: each request needs both. */
abstract class Http1Call<T> implements Call<T>, ExchangeListener {
  readonly done: Promise<T>;
  readonly until: number;
  protected readonly tap: ResponseTap | null;
  protected resolve!: (value: T) => void;
  protected connection: Carrier | null = null;
  #reject!: (error: TransportError) => void;
  readonly #pool: Pool;
  readonly #request: Outbound;
  #over = false;
  #onOver: () => void = () => {};

  constructor(pool: Pool, request: Outbound, until: number, tap: ResponseTap | null) {
    this.until = until;
    this.tap = tap;
    this.#pool = pool;
    this.#request = request;
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Sends the request, unless it was aborted before. */
  start(): void {
    if (!this.#over) this.#begin(false);
  }

  /** Ignored, unless a client waits for the response. */
  interim(_head: ResponseHead): void {}

  onResponse(head: ResponseHead, body: BodyPipe): void {
    const fault = this.faultOf(head);
    if (fault !== null) {
      body.cancel();
      return this.failed(fault, false);
    }
    if (body.complete) this.#onOver();
    else body.onOver = this.#onOver;
    this.handle(head, body);
  }

  /** Why the response is a failure; `null` if it is none. */
  protected faultOf(_head: ResponseHead): TransportError | null {
    return null;
  }

  protected abstract handle(head: ResponseHead, body: BodyPipe): void;

  onOver(callback: () => void): void {
    this.#onOver = callback;
  }

  abort(reason: TransportError): void {
    if (this.#over) return;
    this.#reject(reason);
    this.#fail();
    this.connection?.destroy(reason);
  }

  failed(error: TransportError, stale: boolean): void {
    if (this.#over) return;
    if (stale && this.#maySendAgain(error)) return this.#begin(true);
    this.#fail();
    this.#reject(error);
  }

  /** From here on neither `abort` nor a failure of the connection has an effect on the call. */
  protected over(): void {
    this.#over = true;
  }

  #begin(fresh: boolean): void {
    try {
      this.connection = this.#pool.start(this.#request, this, fresh);
    } catch (error) {
      this.#fail();
      this.#reject(transportError(error));
    }
  }

  #fail(): void {
    this.#over = true;
    this.#onOver();
  }

  /**
   * Whether to send the request again, on a new connection, after a kept connection turned out to be closed: yes if no
   * byte of it was written or its method is idempotent (RFC 9112 section 9.3.1), unless its body was consumed.
   */
  #maySendAgain({ unsent }: TransportError): boolean {
    const { body, method } = this.#request;
    if (body instanceof Upload && body.consumed) return false;
    return unsent || IDEMPOTENT.has(method);
  }
}

const UNASKED_UPGRADE = new TransportError('protocol', 'an upgrade that nobody asked for');

class ForwardCall extends Http1Call<Reply> {
  readonly #client: Informed;

  constructor(pool: Pool, request: Outbound, client: Informed, tap: ResponseTap | null) {
    super(pool, request, Infinity, tap);
    this.#client = client;
  }

  override interim({ status, reason, lines }: ResponseHead): void {
    this.#client.inform({ status, reason, headers: parseFieldLines(lines) });
  }

  protected override faultOf({ status, framing }: ResponseHead): TransportError | null {
    // What follows a 101 is not HTTP, and a client that asked for no upgrade could not read it.
    if (status === 101 && framing.kind !== 'upgraded') return UNASKED_UPGRADE;
    const { maxStatus = Infinity } = this.#client;
    if (status <= maxStatus) return null;
    return new TransportError(
      'protocol',
      `status ${status}, and the client can be sent ${maxStatus} at most`,
    );
  }

  protected handle(head: ResponseHead, body: BodyPipe): void {
    this.over();
    if (this.tap !== null) observe(this.tap, head, body);
    this.resolve(new RelayedResponse(head, body));
  }
}

class CopyCall extends Http1Call<CopyResponse> {
  protected handle(head: ResponseHead, body: BodyPipe): void {
    const { status, framing } = head;
    if (this.tap !== null) observe(this.tap, head, body);
    // The usual case: a short response that has arrived in one piece.
    if (body.complete) this.#complete(status, null);
    else void drain(framing, body, this.tap).then((left) => this.#complete(status, left));
  }

  /** @param left what became of the connection; `null` if the response was read to its end */
  #complete(status: number, left: ConnectionLeft | null): void {
    this.over();
    this.resolve({ status, connection: left ?? (this.connection!.isOpen ? 'kept' : 'closed') });
  }

  override abort(reason: TransportError): void {
    // With a status the copy has succeeded: `drain` sees the connection close, and resolves.
    if (this.connection?.responding) this.connection.destroy(reason);
    else super.abort(reason);
  }
}

/** Tells a tap of a response. What follows a 101 is not its body: to the tap, that has broken off. */
function observe(tap: ResponseTap, { status, lines, framing }: ResponseHead, body: BodyPipe): void {
  tap.head(status, parseFieldLines(lines), lengthBy(framing));
  if (framing.kind === 'upgraded') tap.end(false, null);
  else body.tap(tap);
}

function lengthBy(framing: Framing): number | null {
  if (framing.kind === 'length') return framing.length;
  return framing.kind === 'none' ? 0 : null;
}

/**
 * Reads a short response to its end, or as much as the tap wants, and cuts a long one off. Never rejects: a mirror that
 * sent a status has responded, whatever becomes of the body.
 *
 * @returns what became of the connection; `null` if the response was read to its end
 */
async function drain(
  framing: Framing,
  body: BodyPipe,
  tap: ResponseTap | null,
): Promise<ConnectionLeft | null> {
  const known = lengthBy(framing) ?? 0;
  try {
    while (tap?.wanted || (known <= DRAIN_LIMIT_BYTES && body.received <= DRAIN_LIMIT_BYTES)) {
      const chunk = await body.read();
      if (chunk === null) return null;
      recycle(chunk);
    }
    body.cancel();
    return 'cut';
  } catch {
    // The mirror broke off, or the copy was aborted.
    return 'closed';
  }
}
