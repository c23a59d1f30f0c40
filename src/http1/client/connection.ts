import type { Socket } from 'node:net';
import type { HeaderList } from '../../http/fields.ts';
import type { Outbound } from '../../http/messages.ts';
import { ClientLeftError, TransportError } from '../../http/transport.ts';
import { BodyPipe, type Flow } from '../body-pipe.ts';
import { type ResponseListener, ResponseParser } from './response-parser.ts';
import { closedByServer, transportError } from './failure.ts';
import type { ResponseHead } from './parse-response-head.ts';
import type { Turns } from '../turns.ts';
import { isLong, RequestWriter, type RequestWriterListener } from './write-request.ts';
import { ExchangeTimers } from '../timers.ts';
import type { ReadBuffer } from '../read-buffer.ts';
import type { Opening, SocketListener } from './dial.ts';
import type { ExchangeListener } from './exchange-listener.ts';
import type { ClientPhase } from './phases.ts';
import { takeOver, UpgradedBody } from '../tunnel.ts';
import { type Fence, Lookout } from '../fence.ts';

/** What a connection needs from its pool. */
export interface ClientConnectionOwner {
  /** A kept connection waits here before it is used again. */
  readonly fence: Fence;
  /** Whether buffers that are written together reach the system in one call. */
  readonly gathers: boolean;
  readonly turns: Turns | null;
  /** Called when the exchange is over and the connection may carry another. */
  becameIdle(): void;
  closed(): void;
}

/** Bytes of a response that are buffered before the server is paused. */
const HIGH_WATER_BYTES = 256 * 1024;

/** A connection to a server. Carries one exchange at a time; see `phases.ts`. */
export class ClientConnection
  implements ResponseListener, SocketListener, Flow, RequestWriterListener
{
  /** For tests: called with every change of phase of every connection. */
  static onPhase: ((from: ClientPhase, to: ClientPhase) => void) | null = null;
  /** Exchanges so far, the current one included. */
  exchanges = 0;
  /** Milliseconds that the server keeps an idle connection, by its Keep-Alive field. */
  idleHint: number | null = null;
  readonly #owner: ClientConnectionOwner;
  readonly #opening: Opening;
  /** Set by `opened`, and not used before. */
  #socket!: Socket;
  readonly #reads: ReadBuffer | null;
  readonly #parser = new ResponseParser(this);
  readonly #timers = new ExchangeTimers((error) => this.#close(error));
  #phase: ClientPhase = 'opening';
  #request: Outbound | null = null;
  #listener: ExchangeListener | null = null;
  #head: ResponseHead | null = null;
  /** A response that the listener has not got yet. */
  #response: { readonly head: ResponseHead; readonly body: BodyPipe } | null = null;
  #body: BodyPipe | null = null;
  /** `null` until the connection is open. */
  #writer: RequestWriter | null = null;
  /** True while no byte has been received since the request was written. */
  #unheard = true;
  readonly #lookout: Lookout;
  /** The error of the first write that failed. What the server sent before is still read. */
  #writeError: TransportError | null = null;
  /** After a failed write: true while a whole wait at the fence brings no bytes. Then the exchange is lost. */
  #quiet = false;

  /**
   * @param open starts to open the connection
   * @param reads the buffers to read into; `null`: new memory for each read
   */
  constructor(
    open: (listener: SocketListener) => Opening,
    owner: ClientConnectionOwner,
    reads: ReadBuffer | null,
  ) {
    this.#owner = owner;
    this.#lookout = new Lookout(owner.fence, () => this.#looked());
    this.#reads = reads;
    this.#opening = open(this);
  }

  opened(socket: Socket): void {
    this.#socket = socket;
    if (this.#reads === null) socket.on('data', (bytes: Buffer) => this.read(bytes));
    socket.once('end', () => this.#onEnd());
    socket.once('error', (error) => this.#lost(transportError(error)));
    socket.once('close', () => this.#lost(closedByServer()));
    this.#writer = new RequestWriter(socket, this.#timers, this.#owner.gathers, this);
    if (this.#request !== null) this.#send();
  }

  failed(error: TransportError): void {
    this.#close(error);
  }

  /** Sends a request. Only on a new or an idle connection. */
  start(request: Outbound, listener: ExchangeListener): void {
    this.exchanges++;
    this.#request = request;
    this.#listener = listener;
    this.#head = null;
    this.#response = null;
    this.#body = null;
    this.#unheard = true;
    this.#writer?.begin();
    this.#timers.begin(request.timeouts, listener.until);
    // The server may have closed a kept connection, or sent bytes on it unasked: the fence shows it.
    if (this.#writer === null) return this.#timers.start('connect');
    this.#enter('check');
    this.#lookout.look();
  }

  #looked(): void {
    if (this.#phase === 'over') return;
    if (this.#writeError === null) return this.#send();
    if (this.#quiet) return this.#lost(this.#writeError);
    this.#quiet = true;
    this.#lookout.look();
  }

  writeFailed(error: Error): void {
    this.#writeError = transportError(error);
    this.#writer!.stop();
    this.#quiet = true;
    this.#lookout.look();
  }

  readToEnd(): void {
    if (!this.#parser.close()) this.#lost(this.#writeError!);
  }

  /** Closes the connection. An exchange in flight fails with `reason`. */
  destroy(reason: TransportError): void {
    this.#close(reason);
  }

  get turns(): Turns | null {
    return this.#owner.turns;
  }

  /** True once the head of the response has arrived. */
  get responding(): boolean {
    return this.#head !== null;
  }

  get #unsent(): boolean {
    return this.#writer?.unsent ?? true;
  }

  /** False once the connection is closed. */
  get isOpen(): boolean {
    return this.#phase !== 'over';
  }

  #enter(phase: ClientPhase): void {
    ClientConnection.onPhase?.(this.#phase, phase);
    this.#phase = phase;
  }

  #send(): void {
    this.#enter('exchange');
    const request = this.#request!;
    this.#parser.expect(request.method, request.upgrade);
    try {
      this.#writer!.write(request);
    } catch (error) {
      this.#close(new TransportError('protocol', (error as Error).message, error));
    }
  }

  written(): void {
    if (this.#head === null) this.#timers.start('read');
  }

  /** Closes the connection, so that the server does not take a part of the body for all of it. */
  brokeOff(error: unknown): void {
    this.#close(new ClientLeftError(error));
  }

  read(bytes: Buffer): void {
    if (this.#body !== null && !this.#lookout.paused) this.#timers.start('read');
    this.#unheard = this.#unsent;
    this.#quiet = false;
    const listener = this.#listener;
    try {
      this.#parser.push(bytes);
    } catch (error) {
      this.#lost(transportError(error));
      // Invalid bytes after a complete response close the connection, but the response counts.
      if (this.#response?.body.complete !== true) return;
    }
    // Reported only now, so that a small body is complete when the listener gets it. The exchange may be over by then,
    // hence the local `listener`.
    if (this.#response === null || listener === null) return;
    const { head, body } = this.#response;
    this.#response = null;
    listener.onResponse(head, body);
  }

  head(head: ResponseHead): void {
    if (head.status < 200 && head.status !== 101) {
      // Does not extend the deadline: endless interim responses would move it forever.
      this.#listener?.interim(head);
      return;
    }
    this.#head = head;
    const isUpgrade = head.framing.kind === 'upgraded';
    this.#body = isUpgrade ? this.#upgraded() : new BodyPipe(this, HIGH_WATER_BYTES);
    if (head.idle !== null) this.idleHint = head.idle;
    this.#response = { head, body: this.#body };
    this.#timers.start('read');
  }

  /** From the head of a 101 on, nothing is read until `takeOver` is called. */
  #upgraded(): UpgradedBody {
    this.#enter('upgraded');
    this.#socket.pause();
    return new UpgradedBody(this, this.#request!.timeouts, () => {
      this.#timers.end();
      return takeOver(this.#socket, this.#parser.takeRest());
    });
  }

  data(bytes: Buffer, wire: number): void {
    this.#body!.push(this.#reads === null ? bytes : this.#reads.keep(bytes), wire);
  }

  end(trailers: HeaderList | null): void {
    const body = this.#body;
    if (body === null) return;
    body.end(trailers);
    // A response before the end of the request: the server does not want the rest, and how it reads the bytes in flight
    // is not known (RFC 9112 section 9.5).
    if (this.#writer!.isTaken && this.#writeError === null) this.#finish();
    else this.#close(null);
  }

  #finish(): void {
    const { keepAlive, status } = this.#head!;
    // A server that refuses a long body may close without reading it; not all say so (RFC 9110 section 10.1.1).
    const lasts = keepAlive && !(status >= 400 && isLong(this.#request!.body));
    this.#timers.end();
    this.#reads?.bodyEnded();
    this.#request = null;
    this.#listener = null;
    this.#body = null;
    if (!lasts || this.#phase === 'over') return this.#close(null);
    this.#enter('idle');
    this.#owner.becameIdle();
  }

  pause(): void {
    this.#lookout.paused = true;
    // The server does not have to pay for a slow client.
    this.#timers.pause();
    this.#timers.clientIsSlow(true);
    this.#socket.pause();
  }

  resume(): void {
    this.#timers.clientIsSlow(false);
    if (this.#phase === 'over') return;
    if (this.#request !== null) this.#timers.start('read');
    this.#socket.resume();
    this.#lookout.paused = false;
  }

  cancel(): void {
    this.#close(new TransportError('reset', 'nobody wants the rest'));
  }

  #onEnd(): void {
    if (this.#parser.close()) return;
    this.#lost(closedByServer());
  }

  /** Closes because of the server: it closed or reset the connection, or violated HTTP. */
  #lost(reason: TransportError): void {
    this.#close(reason, this.exchanges > 1 && this.#unheard);
  }

  #close(reason: TransportError | null, stale = false): void {
    if (this.#phase === 'over') return;
    this.#enter('over');
    this.#writer?.stop();
    this.#timers.dispose();
    const listener = this.#listener;
    const body = this.#body;
    const reported = this.#head !== null && this.#response === null;
    this.#listener = null;
    if (this.#writer !== null) this.#socket.destroy();
    else this.#opening.cancel();
    this.#owner.closed();
    if (listener === null || reason === null) return;
    if (reported) body?.fail(reason);
    else listener.failed(this.#unsent ? reason.asUnsent() : reason, stale);
  }
}
