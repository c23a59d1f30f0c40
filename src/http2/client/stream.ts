import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { HeaderList } from '../../http/fields.ts';
import type { Outbound } from '../../http/messages.ts';
import { passableTrailers } from '../../http/trailers.ts';
import { ClientLeftError, TransportError } from '../../http/transport.ts';
import { BodyPipe, type Flow } from '../../http1/body-pipe.ts';
import type { Carrier, ExchangeListener } from '../../http1/client/exchange-listener.ts';
import { transportError } from '../../http1/client/failure.ts';
import { ProtocolError } from '../../http1/errors.ts';
import { ExchangeTimers } from '../../http1/timers.ts';
import type { Turns } from '../../http1/turns.ts';
import type { Flusher } from '../flusher.ts';
import { BodySender } from './body-sender.ts';
import { streamFailure } from './failure.ts';
import { MAX_INTERIM, WINDOW_BYTES } from './limits.ts';
import { requestFields } from './request-fields.ts';
import { fieldList, type Received, responseHead } from './response-head.ts';

/** Bytes of a frame beside its data. */
const FRAME_BYTES = 9;

/** The flag of the last frame of a response (RFC 9113 section 6.1). */
const END_STREAM = 0x1;

/** What a stream needs from its connection. */
export interface StreamOwner {
  readonly turns: Turns | null;
  /** `null`: the runtime holds nothing back. */
  readonly flusher: Flusher | null;
  /** False once the connection takes no further requests. */
  readonly isOpen: boolean;
  /** The last stream that the server has dealt with, or will; later ones it has not seen (RFC 9113 section 6.8). */
  readonly lastStreamId: number;
  /** Set once the server has violated HTTP/2, which ends the connection. */
  readonly fault: TransportError | null;
  /** To be called when something has arrived. */
  heard(): void;
  /** To be called once, when the stream is over. */
  ended(stream: ClientStream): void;
}

/** A request to a server over a connection that carries others as well, and its response. */
export class ClientStream implements Carrier, Flow {
  readonly #request: Outbound;
  readonly #listener: ExchangeListener;
  readonly #owner: StreamOwner;
  /** True if another connection may take the request, should the server not have seen it. */
  readonly #mayMove: boolean;
  readonly #timers = new ExchangeTimers((error) => this.destroy(error));
  /** `null` until the request is sent. */
  #stream: ClientHttp2Stream | null = null;
  /**
   * Ends the stream with CANCEL and nothing before. `close` would end the body of the request properly first, on Bun in any
   * case, and what was cut short would look complete.
   */
  readonly #abort = new AbortController();
  #error: unknown = null;
  #interim = 0;
  /** `null` until the response has begun. */
  #body: BodyPipe | null = null;
  /** Bytes of the response that are still to come, by Content-Length. */
  #left = Infinity;
  #trailers: HeaderList | null = null;
  /** Sends the body of the request. */
  #sender: BodySender | null = null;
  #isSent = false;
  #isPaused = false;
  #isOver = false;

  constructor(request: Outbound, listener: ExchangeListener, owner: StreamOwner, mayMove: boolean) {
    this.#request = request;
    this.#listener = listener;
    this.#owner = owner;
    this.#mayMove = mayMove;
    this.#timers.begin(request.timeouts, listener.until);
    this.#timers.start('connect');
  }

  get turns(): Turns | null {
    return this.#owner.turns;
  }
  get responding(): boolean {
    return this.#body !== null;
  }
  get isOpen(): boolean {
    return this.#owner.isOpen;
  }

  /** Whether the server has not seen the request, and will not. */
  get isUnseen(): boolean {
    return this.#stream === null || this.#stream.id! > this.#owner.lastStreamId;
  }

  /** Sends the request. */
  send(session: ClientHttp2Session): void {
    const { body } = this.#request;
    const { signal } = this.#abort;
    const options = { endStream: body === null, waitForTrailers: body !== null, signal };
    try {
      this.#stream = session.request(requestFields(this.#request), options);
    } catch (error) {
      return this.#fail(transportError(error).asUnsent());
    }
    this.#listen(this.#stream);
    if (body === null) return this.#written();
    this.#sender = new BodySender(this.#stream, this.#timers, body, this.#owner.flusher);
    this.#sender.run().then(
      (isSent) => isSent && this.#written(),
      (error: unknown) => this.destroy(new ClientLeftError(error)),
    );
  }

  /** Ends the stream; the response breaks off, if it has begun. */
  destroy(reason: TransportError): void {
    this.#fail(reason);
  }

  /**
   * The connection is lost, or does not get ready.
   *
   * @param wasKept true if it had been used before: most likely another one can be opened
   */
  lost(reason: TransportError, wasKept: boolean): void {
    this.#fail(reason, wasKept);
  }

  #listen(stream: ClientHttp2Stream): void {
    // The types lack the last one: the fields as they came.
    stream.on('headers', (...received: unknown[]) => this.#onInterim(received as never));
    stream.once('response', (...received: unknown[]) => this.#onResponse(received as never));
    stream.on('trailers', (...received: unknown[]) => this.#onTrailers(received as never));
    stream.once('end', () => this.#onEnd());
    stream.on('error', (error) => (this.#error = error));
    stream.once('close', () => {
      this.#fail(streamFailure(stream.rstCode, this.#owner.fault ?? this.#error));
    });
  }

  #onInterim(received: Received): void {
    this.#owner.heard();
    if (this.#isOver || this.#body !== null) return;
    if (++this.#interim > MAX_INTERIM) return this.#violated(new ProtocolError('too many 1xx'));
    // Does not extend the deadline: endless interim responses would move it forever.
    this.#try(() => this.#listener.interim(responseHead(received, true)));
  }

  #onResponse(received: Received): void {
    this.#owner.heard();
    if (this.#isOver) return;
    const endStream = (received[1] & END_STREAM) !== 0;
    this.#try(() => {
      const head = responseHead(received, endStream);
      if (head.status < 200) throw new ProtocolError(`a final response with ${head.status}`);
      if (head.framing.kind === 'length') this.#left = head.framing.length;
      this.#body = new BodyPipe(this, WINDOW_BYTES);
      if (endStream) this.#finish(this.#body, null);
      else this.#waitForServer();
      this.#listener.onResponse(head, this.#body);
      // Not before: Deno has data ready earlier than the head.
      this.#stream!.on('data', (bytes: Buffer) => this.#onData(bytes));
      if (this.#isPaused) this.#stream!.pause();
    });
  }

  #onData(bytes: Buffer): void {
    this.#owner.heard();
    if (this.#isOver || this.#body === null) return;
    this.#left -= bytes.byteLength;
    if (this.#left < 0) return this.#violated(new ProtocolError('more than Content-Length says'));
    this.#waitForServer();
    this.#body.push(bytes, bytes.byteLength + FRAME_BYTES);
  }

  #onTrailers(received: Received): void {
    this.#owner.heard();
    this.#try(() => (this.#trailers = passableTrailers(fieldList(received), null)));
  }

  /** A stream that was reset ends as well. */
  #onEnd(): void {
    if (this.#isOver || this.#body === null || this.#stream!.rstCode !== 0) return;
    if (this.#left !== Infinity && this.#left !== 0)
      return this.#violated(new ProtocolError('less than Content-Length says'));
    this.#finish(this.#body, this.#trailers);
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#violated(error);
    }
  }

  #violated(error: unknown): void {
    this.#fail(transportError(error));
  }

  /** The time in which the server must send something runs only while it does not wait for the client. */
  #waitForServer(): void {
    if (this.#isSent && !this.#isPaused) this.#timers.start('read');
    else this.#timers.pause();
  }

  pause(): void {
    this.#isPaused = true;
    this.#timers.pause();
    this.#timers.clientIsSlow(true);
    this.#stream!.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#timers.clientIsSlow(false);
    if (this.#isOver) return;
    this.#waitForServer();
    this.#stream!.resume();
  }

  cancel(): void {
    this.#fail(new TransportError('reset', 'nobody wants the rest'));
  }

  #written(): void {
    if (this.#isOver) return;
    this.#isSent = true;
    this.#waitForServer();
  }

  /** The response has arrived; what is left of the request is not wanted. */
  #finish(body: BodyPipe, trailers: HeaderList | null): void {
    this.#over();
    body.end(trailers);
    if (!this.#isSent) this.#reset();
  }

  #over(): void {
    this.#isOver = true;
    this.#timers.dispose();
    this.#sender?.stop();
    this.#owner.ended(this);
  }

  #reset(): void {
    const stream = this.#stream;
    if (stream !== null && !stream.destroyed && !stream.closed) this.#abort.abort();
  }

  /** @param mayBeStale true if the request may get through on another connection, should the server not have seen it */
  #fail(reason: TransportError, mayBeStale = this.#stream !== null): void {
    if (this.#isOver) return;
    const failure = this.isUnseen ? reason.asUnsent() : reason;
    this.#over();
    this.#reset();
    if (this.#body !== null) this.#body.fail(failure);
    else this.#listener.failed(failure, this.#mayMove && mayBeStale && failure.unsent);
  }
}
