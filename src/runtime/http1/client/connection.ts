import type { Socket } from 'node:net';
import type { HeaderList } from '../../../http/headers.ts';
import type { Outbound } from '../../../http/outbound.ts';
import { ClientLeftError, TransportError } from '../../../http/transport.ts';
import { BodyPipe, type Flow } from '../body-pipe.ts';
import { type AnswerListener, AnswerParser } from './answer-parser.ts';
import { transportError } from './failure.ts';
import type { Head } from './answer-head.ts';
import type { Fence, Waiter } from './fence.ts';
import { Patience } from './patience.ts';
import type { ReadBuffer } from './read-buffer.ts';
import { type BodyFraming, requestHead } from './request-head.ts';
import type { Opening, SocketListener } from './dial.ts';
import { SwitchedBody } from '../switched.ts';
import { Uploading } from './uploading.ts';

/** Told what becomes of one request. Exactly one of the last two is called, once. */
export interface ExchangeListener {
  /** When the exchange must be over, on the clock of `performance.now()`. */
  readonly until: number;
  /** A 1xx answer came; the final one is still to come. */
  interim(head: Head): void;
  answered(head: Head, body: BodyPipe): void;
  /**
   * @param error says whether any byte of the request was written
   * @param stale the server closed a kept connection before it said anything to this request: most
   * likely it was closing it already
   */
  failed(error: TransportError, stale: boolean): void;
}

/** What a connection needs of the pool it belongs to. */
export interface Owner {
  /** What a kept connection waits at before it is used again. */
  readonly fence: Fence;
  /** The exchange is over and the connection may carry another. */
  idle(): void;
  closed(): void;
}

/** Bytes of an answer that may wait for their reader before the server has to wait. */
const HIGH_WATER = 256 * 1024;

/** One connection to a server. Carries one exchange at a time. */
export class Connection implements AnswerListener, SocketListener, Flow, Waiter {
  /** Exchanges it has carried, the present one included. */
  exchanges = 0;
  /** Milliseconds that the server keeps it idle, if it said so. */
  idleHint: number | null = null;
  readonly #owner: Owner;
  readonly #opening: Opening;
  /** There once it is open: nothing is done with it before. */
  #socket!: Socket;
  readonly #reads: ReadBuffer | null;
  readonly #parser = new AnswerParser(this);
  readonly #patience = new Patience((error) => this.#close(error));
  #connected = false;
  #closed = false;
  #request: Outbound | null = null;
  #listener: ExchangeListener | null = null;
  #head: Head | null = null;
  /** An answer that the listener has not been told of yet. */
  #answer: { readonly head: Head; readonly body: BodyPipe } | null = null;
  #body: BodyPipe | null = null;
  /** No byte of the request was written yet. */
  #unsent = true;
  /** No byte came in answer to it yet. */
  #unheard = true;
  #uploading: Uploading | null = null;
  #sent = false;
  #paused = false;
  /** It waits to be used again. */
  #atFence = false;
  /** It was paused meanwhile. */
  #blind = false;

  /**
   * @param open starts opening it
   * @param reads where it reads to; `null`: to new memory each time
   */
  constructor(open: (listener: SocketListener) => Opening, owner: Owner, reads: ReadBuffer | null) {
    this.#owner = owner;
    this.#reads = reads;
    this.#opening = open(this);
  }

  opened(socket: Socket): void {
    this.#socket = socket;
    socket.once('end', () => this.#onEnd());
    socket.once('error', (error) => this.#lost(transportError(error)));
    socket.once('close', () => this.#lost(closedByServer()));
    this.#connected = true;
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
    this.#answer = null;
    this.#body = null;
    this.#unsent = true;
    this.#unheard = true;
    this.#sent = false;
    this.#patience.begin(request.timeouts, listener.until);
    if (this.#connected) this.#lookFirst();
    else this.#patience.for('connect');
  }

  /** Uses a kept connection once all has been read that has come in on it by now. */
  #lookFirst(): void {
    this.#atFence = true;
    this.#blind = this.#paused;
    this.#owner.fence(this);
  }

  passed(): void {
    this.#atFence = false;
    // What came in while nothing was read has not been seen.
    if (this.#closed || this.#paused) return;
    if (this.#blind) this.#lookFirst();
    else this.#send();
  }

  /** Ends the connection and fails what is under way. */
  destroy(reason: TransportError): void {
    this.#close(reason);
  }

  /** True once any byte of an answer was seen: the server has had the request. */
  get answering(): boolean {
    return this.#head !== null;
  }

  #send(): void {
    const request = this.#request!;
    let head: string;
    let framing: BodyFraming;
    try {
      ({ head, framing } = requestHead(request));
    } catch (error) {
      this.#close(new TransportError('protocol', (error as Error).message, error));
      return;
    }
    this.#parser.expect(request.method, request.switches);
    this.#unsent = false;
    const { body } = request;
    if (body === null) {
      this.#socket.write(head, 'latin1');
      this.#onSent();
    } else if (body instanceof Uint8Array) {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
      this.#onSent();
    } else {
      this.#socket.write(head, 'latin1');
      void this.#upload(new Uploading(this.#socket, this.#patience, body, framing === 'chunked'));
    }
  }

  async #upload(uploading: Uploading): Promise<void> {
    this.#uploading = uploading;
    try {
      if (await uploading.run()) this.#onSent();
    } catch (error) {
      // The client left half-way. The server must not take what it got for the whole.
      this.#close(new ClientLeftError(error));
    }
  }

  #onSent(): void {
    this.#uploading = null;
    this.#sent = true;
    if (this.#head === null) this.#patience.for('read');
  }

  read(bytes: Buffer): void {
    if (this.#body !== null && !this.#paused) this.#patience.for('read');
    this.#unheard = this.#unsent;
    const listener = this.#listener;
    try {
      this.#parser.push(bytes);
    } catch (error) {
      this.#lost(transportError(error));
      // Nonsense behind a whole answer ends the connection, but the answer stands.
      if (this.#answer?.body.complete !== true) return;
    }
    // After all that came along with it, so that a small body is there whole. By then the exchange
    // may be over; what belongs to it is kept here.
    if (this.#answer === null || listener === null) return;
    const { head, body } = this.#answer;
    this.#answer = null;
    listener.answered(head, body);
  }

  head(head: Head): void {
    if (head.status < 200 && head.status !== 101) {
      // The final answer has no more time for it: a deadline that moves with each is none.
      this.#listener?.interim(head);
      return;
    }
    this.#head = head;
    if (head.framing.kind === 'switched') this.#body = this.#switched();
    else this.#body = new BodyPipe(this, HIGH_WATER);
    if (head.idle !== null) this.idleHint = head.idle;
    this.#answer = { head, body: this.#body };
    this.#patience.for('read');
  }

  /** What comes from now on waits for whoever takes the connection over. */
  #switched(): SwitchedBody {
    this.#socket.pause();
    return new SwitchedBody(this, this.#request!.timeouts, () => {
      this.#patience.end();
      this.#socket.removeAllListeners('data').removeAllListeners('end');
      return { socket: this.#socket, bytes: this.#parser.release() };
    });
  }

  data(bytes: Buffer, wire: number): void {
    this.#body!.push(this.#reads === null ? bytes : this.#reads.keep(bytes), wire);
  }

  end(trailers: HeaderList | null): void {
    const body = this.#body;
    if (body === null) return;
    body.end(trailers);
    if (this.#sent) this.#finish();
    // Answered before all was sent: the server does not want the rest, and what it does with bytes
    // under way nobody knows (RFC 9112 section 9.5).
    else this.#close(null);
  }

  #finish(): void {
    const { keepAlive } = this.#head!;
    this.#patience.end();
    this.#reads?.rest();
    this.#request = null;
    this.#listener = null;
    this.#body = null;
    if (keepAlive && !this.#closed) this.#owner.idle();
    else this.#close(null);
  }

  pause(): void {
    this.#paused = true;
    this.#blind = true;
    // A slow client is not the server's fault.
    this.#patience.rest();
    this.#patience.hold(true);
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#patience.hold(false);
    if (this.#closed) return;
    if (this.#request !== null) this.#patience.for('read');
    this.#socket.resume();
    if (this.#request !== null && this.#unsent && !this.#atFence) this.#lookFirst();
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
    if (this.#closed) return;
    this.#closed = true;
    this.#uploading?.stop();
    this.#patience.dispose();
    const listener = this.#listener;
    const body = this.#body;
    const told = this.#head !== null && this.#answer === null;
    this.#listener = null;
    if (this.#connected) this.#socket.destroy();
    else this.#opening.cancel();
    this.#owner.closed();
    if (listener === null || reason === null) return;
    if (told) body?.fail(reason);
    else listener.failed(this.#unsent ? reason.asUnsent() : reason, stale);
  }
}

function closedByServer(): TransportError {
  return new TransportError('reset', 'the server closed the connection');
}
