import type { Socket } from 'node:net';
import type { GatewayStatus } from '../../../exchange/gateway-error.ts';
import { BodyPipe, type Flow } from '../body-pipe.ts';
import { Deadline } from '../deadline.ts';
import { answerFraming, answerHead } from './answer-head.ts';
import { BodyBrokeOff } from './broke-off.ts';
import {
  BODY_HIGH_WATER,
  BODY_TIME,
  DISCARD_LIMIT,
  HEAD_TIME,
  IDLE_TIME,
  LINGER_PAUSE,
  LINGER_TIME,
} from './limits.ts';
import { errorAnswer, type Outgoing, outgoing } from './outgoing.ts';
import { Refusal } from './refusal.ts';
import { type Link, ServerRequest } from './request.ts';
import type { RequestHead } from './request-head.ts';
import { type RequestListener, RequestParser } from './request-parser.ts';
import { writeAnswer } from './write-answer.ts';

/** What a connection needs of the listener it came in by. */
export interface Owner {
  /** No further request is wanted on any connection. */
  readonly stopping: boolean;
  respond(request: ServerRequest): Response | Promise<Response>;
  closed(connection: Connection): void;
}

/**
 * What a connection waits for: a request's first byte, the rest of its head, its answer, the rest
 * of a body that nobody wants, the client to take what was written, or the client to close.
 */
type Phase = 'idle' | 'head' | 'exchange' | 'discard' | 'flush' | 'linger' | 'closed';

/** One connection of a client. Requests are answered one at a time, in their order. */
export class Connection implements RequestListener, Flow, Link {
  readonly #owner: Owner;
  readonly #socket: Socket;
  readonly #parser = new RequestParser(this);
  readonly #deadline = new Deadline(() => this.#expire());
  #phase: Phase = 'idle';
  /** Its head has come, and it has not been handed on yet. */
  #arrived: ServerRequest | null = null;
  /** The one that is being answered. */
  #request: ServerRequest | null = null;
  /** Its body, as long as it comes in and somebody wants it. */
  #body: BodyPipe | null = null;
  /** The client waits for a 100. */
  #expectsContinue = false;
  /** Its answer, once that has begun. */
  #answer: Outgoing | null = null;
  #discarded = 0;
  #lingersUntil = 0;
  #peer: string | undefined;

  constructor(socket: Socket, owner: Owner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#deadline.set(HEAD_TIME);
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    socket.once('end', () => this.#onEnd());
    // A close follows, which says all that we need to know.
    socket.on('error', () => {});
    socket.once('close', () => this.#onClose());
  }

  /** Nothing of a request has come since the last was answered. */
  get idle(): boolean {
    return this.#phase === 'idle';
  }
  get peer(): string {
    return (this.#peer ??= this.#socket.remoteAddress ?? '');
  }
  get serverPort(): number {
    return this.#socket.localPort ?? 0;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #onData(bytes: Buffer): void {
    if (this.#phase !== 'linger') return this.#read(bytes);
    if (performance.now() > this.#lingersUntil) this.destroy();
    else if (this.#lingersUntil !== Infinity) this.#deadline.set(LINGER_PAUSE);
  }

  /** Reads on: bytes that came, or with `null` those that came behind the last request. */
  #read(bytes: Buffer | null): void {
    try {
      if (bytes === null) this.#parser.next();
      else this.#parser.push(bytes);
    } catch (error) {
      return this.#refuse(error instanceof Refusal ? error.status : 400);
    }
    const request = this.#arrived;
    // After all that came along with it, so that a small body is there whole.
    if (request !== null) {
      this.#arrived = null;
      this.#begin(request);
    } else if (this.#phase === 'idle' && this.#parser.held > 0) {
      this.#phase = 'head';
      this.#deadline.set(HEAD_TIME);
    } else if (this.#phase === 'discard' && this.#parser.whole) {
      this.#next();
    }
    // The next request has to wait for its turn, and must not fill our memory meanwhile.
    if (this.#phase === 'exchange' && this.#parser.whole && this.#parser.held > 0)
      this.#socket.pause();
  }

  head(head: RequestHead): void {
    this.#deadline.clear();
    this.#body = head.framing.kind === 'none' ? null : new BodyPipe(this, BODY_HIGH_WATER);
    this.#expectsContinue = head.expectsContinue && this.#body !== null;
    this.#arrived = new ServerRequest(head, this.#body, this);
  }

  data(bytes: Buffer): void {
    this.#expectsContinue = false;
    if (this.#body !== null) {
      this.#deadline.clear();
      this.#body.push(bytes);
    } else if (this.#phase === 'discard') {
      this.#discarded += bytes.byteLength;
      if (this.#discarded > DISCARD_LIMIT) this.#linger();
    }
  }

  end(): void {
    this.#deadline.clear();
    this.#body?.end();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (this.#body !== null) this.#socket.resume();
  }

  cancel(): void {
    this.#body = null;
    this.#deadline.clear();
    // What to do with the rest is decided when the request is answered.
    if (!this.#parser.whole) this.#socket.pause();
  }

  wanted(): void {
    if (this.#body === null) return;
    this.#deadline.set(BODY_TIME);
    if (!this.#expectsContinue) return;
    this.#expectsContinue = false;
    if (this.#answer === null) this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }

  #begin(request: ServerRequest): void {
    this.#phase = 'exchange';
    this.#request = request;
    Promise.resolve(this.#owner.respond(request)).then(
      (answer) => this.#send(request, outgoing(answer)),
      () => this.#refuseTo(request),
    );
  }

  #send(request: ServerRequest, answer: Outgoing): void {
    // The client has left meanwhile, or was told that it took too long.
    if (this.#request !== request) return answer.body?.cancel();
    this.#answer = answer;
    const { head } = request;
    const framing = answerFraming(answer, head);
    const keep =
      head.keepAlive &&
      framing.kind !== 'close' &&
      !this.#owner.stopping &&
      !this.#expectsContinue &&
      this.#parser.remaining <= DISCARD_LIMIT;
    const text = answerHead(answer, framing, head, keep);
    const written = writeAnswer(this.#socket, text, answer.body, framing);
    if (written === null) this.#finish(request, keep);
    else
      written.then(
        () => this.#finish(request, keep),
        () => this.destroy(),
      );
  }

  #finish(request: ServerRequest, keep: boolean): void {
    if (this.#request !== request) return;
    this.#request = null;
    this.#answer = null;
    this.#dropBody();
    if (!keep) return this.#linger();
    if (this.#parser.whole) return this.#next();
    this.#phase = 'discard';
    this.#discarded = 0;
    this.#deadline.set(LINGER_PAUSE);
    this.#socket.resume();
  }

  #next(): void {
    if (this.#phase === 'closed') return;
    this.#deadline.set(IDLE_TIME);
    if (this.#socket.writableNeedDrain) {
      // A client that asks on and on without reading answers would fill our memory.
      this.#phase = 'flush';
      this.#socket.once('drain', () => this.#next());
      return;
    }
    this.#phase = 'idle';
    if (this.#owner.stopping && this.#parser.held === 0) return this.#linger();
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#read(null);
  }

  #refuseTo(request: ServerRequest): void {
    if (this.#request === request) this.#refuse(500);
  }

  /** Ends the connection, with an answer of our own where none has begun. */
  #refuse(status: GatewayStatus): void {
    const request = this.#request;
    const begun = this.#answer !== null;
    this.#arrived = null;
    this.#request = null;
    this.#dropBody();
    if (begun) return this.destroy();
    request?.gone?.();
    this.#socket.write(errorAnswer(status), 'latin1');
    this.#linger();
  }

  /**
   * Closes our side and reads on for a while: closing both at once while the client still sends
   * would make its system throw away the answer (RFC 9112 section 9.6).
   */
  #linger(): void {
    this.#phase = 'linger';
    this.#deadline.clear();
    this.#lingersUntil = Infinity;
    this.#socket.end(() => {
      this.#lingersUntil = performance.now() + LINGER_TIME;
      if (this.#phase === 'linger') this.#deadline.set(LINGER_PAUSE);
    });
    this.#socket.resume();
  }

  #dropBody(): void {
    if (this.#body !== null && !this.#parser.whole) this.#body.fail(new BodyBrokeOff());
    this.#body = null;
  }

  /** The client closed its side. As with nginx, who does that before the answer does not want it. */
  #onEnd(): void {
    if (this.#request !== null) this.destroy();
  }

  #onClose(): void {
    this.#phase = 'closed';
    this.#deadline.dispose();
    this.#owner.closed(this);
    const request = this.#request;
    this.#request = null;
    this.#dropBody();
    if (this.#answer === null) request?.gone?.();
    else this.#answer.body?.cancel();
  }

  #expire(): void {
    switch (this.#phase) {
      case 'head':
      case 'exchange':
        return this.#refuse(408);
      case 'discard':
        return this.#linger();
      default:
        this.destroy();
    }
  }
}
