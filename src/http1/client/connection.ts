import type { Socket } from 'node:net';
import type { HeaderList } from '../../http/fields.ts';
import type { Outbound } from '../../http/messages.ts';
import { ClientLeftError, TransportError } from '../../http/transport.ts';
import { BodyPipe, type Flow } from '../body-pipe.ts';
import { type ResponseListener, ResponseParser } from './response-parser.ts';
import { closedByServer, transportError } from './failure.ts';
import type { ResponseHead } from './parse-response-head.ts';
import { type Fence, Lookout, type Turns } from '../turns.ts';
import { isLong, RequestWriter, type RequestWriterListener } from './write-request.ts';
import { ExchangeTimers } from '../timers.ts';
import type { ReadBuffer } from './read-buffer.ts';
import type { Opening, SocketListener } from './dial.ts';
import type { ExchangeListener } from './exchange-listener.ts';
import type { ClientPhase } from './phases.ts';
import { takeOver, UpgradedBody } from '../tunnel.ts';

/** What a connection needs of the pool it belongs to. */
export interface ClientConnectionOwner {
  /** What a kept connection waits at before it is used again. */
  readonly fence: Fence;
  /** Whether pieces that are written together get to the system in one call. */
  readonly gathers: boolean;
  readonly turns: Turns | null;
  /** The exchange is over and the connection may carry another. */
  idle(): void;
  closed(): void;
}

/** Bytes of an answer that may wait for their reader before the server has to wait. */
const HIGH_WATER_BYTES = 256 * 1024;

/** One connection to a server. Carries one exchange at a time. */
export class ClientConnection
  implements ResponseListener, SocketListener, Flow, RequestWriterListener
{
  /** For tests: called with every change of phase of every connection. */
  static onPhase: ((from: ClientPhase, to: ClientPhase) => void) | null = null;
  /** Exchanges it has carried, the present one included. */
  exchanges = 0;
  /** Milliseconds that the server keeps it idle, if it said so. */
  idleHint: number | null = null;
  readonly #owner: ClientConnectionOwner;
  readonly #opening: Opening;
  /** There once it is open: nothing is done with it before. */
  #socket!: Socket;
  readonly #reads: ReadBuffer | null;
  readonly #parser = new ResponseParser(this);
  readonly #timers = new ExchangeTimers((error) => this.#close(error));
  #phase: ClientPhase = 'opening';
  #request: Outbound | null = null;
  #listener: ExchangeListener | null = null;
  #head: ResponseHead | null = null;
  /** An answer that the listener has not been told of yet. */
  #response: { readonly head: ResponseHead; readonly body: BodyPipe } | null = null;
  #body: BodyPipe | null = null;
  /** There once it is open. */
  #writer: RequestWriter | null = null;
  /** No byte came in answer to the request yet. */
  #unheard = true;
  readonly #lookout: Lookout;
  /** Why nothing can be written any more. */
  #writeError: TransportError | null = null;
  /** Nothing was read since the last look. */
  #quiet = false;

  /**
   * @param open starts opening it
   * @param reads where it reads to; `null`: to new memory each time
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
    socket.once('end', () => this.#onEnd());
    socket.once('error', (error) => this.#lost(transportError(error)));
    socket.once('close', () => this.#lost(closedByServer()));
    this.#writer = new RequestWriter(socket, this.#timers, this.#owner.gathers, this);
    if (this.#request !== null) this.#send();
  }

  failed(error: TransportError): void {
    this.#close(error);
  }

  /** Sends a request. Only when nothing else is under way. */
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
    // A kept connection may have got something that nobody asked for, or its end.
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

  /** Ends the connection and fails what is under way. */
  destroy(reason: TransportError): void {
    this.#close(reason);
  }

  get turns(): Turns | null {
    return this.#owner.turns;
  }

  /** True once the server has answered, if not yet to the end. */
  get responding(): boolean {
    return this.#head !== null;
  }

  get #unsent(): boolean {
    return this.#writer?.unsent ?? true;
  }

  /** False once no further exchange can begin on it. */
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

  /** The server must not take what it got for the whole. */
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
      // Nonsense behind a whole answer ends the connection, but the answer stands.
      if (this.#response?.body.complete !== true) return;
    }
    // After all that came along with it, so that a small body is there whole. By then the exchange
    // may be over; what belongs to it is kept here.
    if (this.#response === null || listener === null) return;
    const { head, body } = this.#response;
    this.#response = null;
    listener.onResponse(head, body);
  }

  head(head: ResponseHead): void {
    if (head.status < 200 && head.status !== 101) {
      // The final answer has no more time for it: a deadline that moves with each is none.
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

  /** What comes from now on waits for whoever takes the connection over. */
  #upgraded(): UpgradedBody {
    this.#enter('upgraded');
    this.#socket.pause();
    return new UpgradedBody(this, this.#request!.timeouts, () => {
      this.#timers.end();
      return takeOver(this.#socket, this.#parser.release());
    });
  }

  data(bytes: Buffer, wire: number): void {
    this.#body!.push(this.#reads === null ? bytes : this.#reads.keep(bytes), wire);
  }

  end(trailers: HeaderList | null): void {
    const body = this.#body;
    if (body === null) return;
    body.end(trailers);
    // Answered before all was sent: the server does not want the rest, and what it does with bytes
    // under way nobody knows (RFC 9112 section 9.5).
    if (this.#writer!.isTaken && this.#writeError === null) this.#finish();
    else this.#close(null);
  }

  #finish(): void {
    const { keepAlive, status } = this.#head!;
    // Who refuses a long body may well not have read it, and close; not all say so (RFC 9110 section 10.1.1).
    const lasts = keepAlive && !(status >= 400 && isLong(this.#request!.body));
    this.#timers.end();
    this.#reads?.bodyEnded();
    this.#request = null;
    this.#listener = null;
    this.#body = null;
    if (!lasts || this.#phase === 'over') return this.#close(null);
    this.#enter('idle');
    this.#owner.idle();
  }

  pause(): void {
    this.#lookout.paused = true;
    // A slow client is not the server's fault.
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

  /** The server broke the connection, or what it said did. */
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
