import { IDEMPOTENT, type Informed, type Outbound, type Reply } from '../../http/messages.ts';
import {
  type Call,
  type ConnectionLeft,
  type CopyResponse,
  type Forward,
  type SendCopy,
  TransportError,
} from '../../http/transport.ts';
import { Upload } from '../../http/upload.ts';
import type { BodyPipe } from '../body-pipe.ts';
import { parseFieldLines } from '../fields.ts';
import type { ClientConnection } from './connection.ts';
import type { ExchangeListener } from './exchange-listener.ts';
import { transportError } from './failure.ts';
import type { Framing } from '../framing.ts';
import { RelayedResponse } from '../relayed-response.ts';
import type { ResponseHead } from './parse-response-head.ts';
import type { Pool } from './pool.ts';
import { recycle } from './read-buffer.ts';

/** Forwarding over HTTP/1.1 connections of our own: bytes, fields and reason phrase as they are. */
export function http1Forward(pool: Pool): Forward {
  return (request, client) => {
    const call = new ForwardCall(pool, request, client);
    call.start();
    return call;
  };
}

/**
 * Sending copies over a pool of their own; answers are dropped as they arrive. Requests that came in
 * together are all on their way to their upstreams before the first copy is: a copy must not keep the
 * next client waiting.
 */
export function http1SendCopy(pool: Pool): SendCopy {
  const start = atEndOfTurn<CopyCall>((call) => call.start());
  return (request, life) => {
    const call = new CopyCall(pool, request, performance.now() + life);
    start(call);
    return call;
  };
}

/** Puts work off until the event loop has dealt with all that it found ready. */
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
 * Most bytes on the wire of the body of a mirror's answer that are read to keep its connection; a longer
 * answer is cut off, which closes the connection. About what it costs to set one up anew.
 */
const DRAIN_LIMIT_BYTES = 1024 * 1024;

/** A request under way. One object serves as call and as listener, since each request needs both. */
abstract class Http1Call<T> implements Call<T>, ExchangeListener {
  readonly done: Promise<T>;
  readonly until: number;
  protected resolve!: (value: T) => void;
  protected connection: ClientConnection | null = null;
  #reject!: (error: TransportError) => void;
  readonly #pool: Pool;
  readonly #request: Outbound;
  #over = false;
  #onOver: () => void = () => {};

  constructor(pool: Pool, request: Outbound, until: number) {
    this.until = until;
    this.#pool = pool;
    this.#request = request;
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Sends it, unless it was given up before. */
  start(): void {
    if (!this.#over) this.#begin(false);
  }

  /** Of no interest, unless somebody waits for the answer. */
  interim(_head: ResponseHead): void {}

  onResponse(head: ResponseHead, body: BodyPipe): void {
    if (body.complete) this.#onOver();
    else body.onOver = this.#onOver;
    this.handle(head, body);
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

  /** The exchange is out of this call's hands. */
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
   * Whether a new connection gets the request after a kept one was found closed: anything of which no
   * byte was written, else what does no harm when it is sent twice (RFC 9112 section 9.3.1).
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

  constructor(pool: Pool, request: Outbound, client: Informed) {
    super(pool, request, Infinity);
    this.#client = client;
  }

  override interim({ status, reason, lines }: ResponseHead): void {
    this.#client.inform({ status, reason, headers: parseFieldLines(lines) });
  }

  protected handle(head: ResponseHead, body: BodyPipe): void {
    // What follows is no HTTP, and the client would not know what else.
    if (head.status === 101 && head.framing.kind !== 'upgraded') return this.abort(UNASKED_UPGRADE);
    this.over();
    this.resolve(new RelayedResponse(head, body));
  }
}

class CopyCall extends Http1Call<CopyResponse> {
  protected handle({ status, framing }: ResponseHead, body: BodyPipe): void {
    // What mirrors answer is mostly short, and here whole.
    if (body.complete) this.#complete(status, null);
    else void drain(framing, body).then((left) => this.#complete(status, left));
  }

  /** @param left what became of the connection, `null` when the answer was read to its end */
  #complete(status: number, left: ConnectionLeft | null): void {
    this.over();
    this.resolve({ status, connection: left ?? (this.connection!.isOpen ? 'kept' : 'closed') });
  }

  override abort(reason: TransportError): void {
    // Once answered, giving up means not to read on; the drain then ends and resolves.
    if (this.connection?.responding) this.connection.destroy(reason);
    else super.abort(reason);
  }
}

/**
 * Reads a short answer to its end and cuts a long one off. A mirror that sent its status has
 * answered, whatever becomes of the body, so this never rejects.
 *
 * @returns what is left of the connection when the answer was not read to its end, else `null`
 */
async function drain(framing: Framing, body: BodyPipe): Promise<ConnectionLeft | null> {
  const known = framing.kind === 'length' ? framing.length : 0;
  try {
    while (known <= DRAIN_LIMIT_BYTES && body.received <= DRAIN_LIMIT_BYTES) {
      const chunk = await body.read();
      if (chunk === null) return null;
      recycle(chunk);
    }
    body.cancel();
    return 'cut';
  } catch {
    // Broken off by the mirror, or given up by us.
    return 'closed';
  }
}
