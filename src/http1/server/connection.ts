import type { Socket } from 'node:net';
import type { GatewayStatus } from '../../http/gateway-error.ts';
import type { Interim, Reply } from '../../http/messages.ts';
import { drained } from '../body-writer.ts';
import { Deadline } from '../timers.ts';
import { fieldLines } from '../fields.ts';
import { takeOver, tunnel, UpgradedBody } from '../tunnel.ts';
import type { Waiting, Turns } from '../turns.ts';
import {
  breakOff,
  errorResponse,
  type OutgoingResponse,
  outgoingResponse,
  switchingHead,
  writeResponse,
  writeResponseHead,
} from './write-response.ts';
import { Incoming } from './incoming.ts';
import { FIRST_BYTES_MS, IDLE_TIMEOUT_MS, LINGER_PAUSE_MS, LINGER_MS } from './limits.ts';
import type { ServerPhase } from './phases.ts';
import { RequestRefusal } from '../errors.ts';
import { type Link, peerOf, type ServerRequest } from './request.ts';
import { outgoingFraming } from '../framing.ts';

/** What a connection needs of the listener it came in by. */
export interface ServerConnectionOwner {
  /** No further request is wanted on any connection. */
  readonly stopping: boolean;
  /** Milliseconds for a head, between two reads of a body, and between two writes of an response. */
  readonly clientTimeoutMs: number;
  readonly turns: Turns;
  respond(request: ServerRequest): Reply | Promise<Reply>;
  closed(connection: ServerConnection): void;
}

/** One connection of a client. Requests are answered one at a time, in their order. */
export class ServerConnection implements Link, Waiting {
  /** For tests: called with every change of phase of every connection. */
  static onPhase: ((from: ServerPhase, to: ServerPhase) => void) | null = null;
  readonly #owner: ServerConnectionOwner;
  readonly #socket: Socket;
  readonly #deadline = new Deadline(() => this.#expire());
  /** For the client to take what was written, while it may have a body to send as well. */
  readonly #drainDeadline = new Deadline(() => this.destroy());
  readonly #incoming: Incoming;
  #phase: ServerPhase = 'idle';
  /** The one that is being answered. */
  #request: ServerRequest | null = null;
  /** Its response, once that has begun. */
  #response: OutgoingResponse | null = null;
  #lingersUntil = Infinity;
  /** Until then its first request is taken to be on its way; 0 once it is here. */
  #expectedUntil = performance.now() + FIRST_BYTES_MS;
  #peer: string | undefined;

  constructor(socket: Socket, owner: ServerConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#incoming = new Incoming(socket, this.#deadline, owner, this);
    this.#deadline.set(owner.clientTimeoutMs);
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    // The client closed its side. As with nginx, who does that before the response does not want it.
    socket.once('end', () => this.#request !== null && this.destroy());
    socket.on('error', () => {}); // A close follows.
    socket.once('close', () => this.#onClose());
  }

  /** Nothing of a request has come since the last was answered. */
  get idle(): boolean {
    return this.#phase === 'idle';
  }
  /** Until when it waits for the client, where nothing is lost if it does not; else `Infinity`. */
  evictableUntil(now: number): number {
    if (now < this.#expectedUntil) return Infinity;
    const { at } = this.#deadline;
    if (this.#phase === 'idle' || this.#phase === 'head') return at;
    return this.#phase === 'linger' && this.#lingersUntil !== Infinity ? at : Infinity;
  }
  get peer(): string {
    return (this.#peer ??= peerOf(this.#socket));
  }
  get serverPort(): number {
    return this.#socket.localPort ?? 0;
  }

  inform(request: ServerRequest, { status, reason, headers }: Interim): void {
    // HTTP/1.0 has none, and would take it for the response (RFC 9110 section 15.2).
    if (this.#request !== request || this.#response !== null || !request.http11) return;
    if (status === 100 && !this.#incoming.claim100Continue()) return;
    this.#socket.write(`HTTP/1.1 ${status} ${reason}\r\n${fieldLines(headers)}\r\n`, 'latin1');
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Closes as soon as what was written is on its way. */
  destroySoon(): void {
    this.#socket.destroySoon();
  }

  /** Answers 503 to whatever it was going to ask. */
  turnAway(): void {
    this.#refuse(503);
  }

  #enter(phase: ServerPhase): void {
    ServerConnection.onPhase?.(this.#phase, phase);
    this.#phase = phase;
  }

  #onData(bytes: Buffer): void {
    if (this.#phase !== 'linger') this.#read(bytes);
    else if (performance.now() > this.#lingersUntil) this.destroy();
    else if (this.#lingersUntil !== Infinity) this.#deadline.set(LINGER_PAUSE_MS);
  }

  #read(bytes: Buffer | null): void {
    const incoming = this.#incoming;
    let request: ServerRequest | null;
    try {
      request = incoming.read(bytes);
    } catch (error) {
      return this.#refuse(error instanceof RequestRefusal ? error.status : 400);
    }
    if (request !== null) {
      this.#begin(request);
    } else if (this.#phase === 'idle' && incoming.more) {
      this.#enter('head');
      this.#deadline.set(this.#owner.clientTimeoutMs);
    } else if (this.#phase === 'discard') {
      if (incoming.isComplete) this.#next();
      else if (incoming.overDiscardLimit) this.#linger();
    }
    // The next request has to wait for its turn, and must not fill our memory meanwhile.
    if (this.#phase === 'exchange' && incoming.isComplete && incoming.more) this.#socket.pause();
  }

  #begin(request: ServerRequest): void {
    // Destroyed is not closed yet, and what had come before may still be read: nobody waits for it.
    if (this.#socket.destroyed) return;
    this.#enter('exchange');
    this.#expectedUntil = 0;
    this.#request = request;
    try {
      // In a turn of its own even if it is here: pipelined requests would pile up on the stack.
      Promise.resolve(this.#owner.respond(request)).then(
        (reply) => this.#respond(request, reply),
        () => this.#failed(request),
      );
    } catch {
      this.#failed(request);
    }
  }

  #respond(request: ServerRequest, reply: Reply): void {
    try {
      const response = outgoingResponse(reply);
      // The client has left meanwhile, or was told that it took too long.
      if (this.#request === request) this.#send(request, response);
      else response.body?.cancel();
    } catch {
      this.#failed(request);
    }
  }

  #failed(request: ServerRequest): void {
    if (this.#request === request) this.#refuse(500);
  }

  #send(request: ServerRequest, response: OutgoingResponse): void {
    if (response.body instanceof UpgradedBody) return this.#switch(response, response.body);
    this.#response = response;
    const framing = outgoingFraming(response, request);
    const lasts = request.keepAlive && framing.kind !== 'close' && this.#incoming.worthDraining;
    const keep = lasts && !this.#owner.stopping;
    this.#incoming.responseBegan();
    const text = writeResponseHead(response, framing, request, keep);
    const written = writeResponse(this.#socket, text, response.body, framing, this.#drained);
    if (written === null) this.#finish(request, keep);
    else
      written.then(
        () => this.#finish(request, keep),
        () => breakOff(this.#socket, framing),
      );
  }

  /** HTTP ends here: behind the head of a 101 everything passes both ways as it comes. */
  #switch(response: OutgoingResponse, upstream: UpgradedBody): void {
    this.#enter('over');
    this.#request = null;
    this.#deadline.dispose();
    this.#drainDeadline.dispose();
    this.#socket.write(switchingHead(response), 'latin1');
    const client = takeOver(this.#socket, this.#incoming.release());
    tunnel(client, upstream.takeOver(), upstream.timeouts);
  }

  /** Waits until the client has taken what was written; one that takes nothing is disconnected. */
  readonly #drained = async (): Promise<void> => {
    this.#drainDeadline.set(this.#owner.clientTimeoutMs);
    await drained(this.#socket);
    this.#drainDeadline.clear();
  };

  #finish(request: ServerRequest, keep: boolean): void {
    if (this.#request !== request) return;
    this.#request = null;
    this.#response = null;
    this.#incoming.drop();
    if (!keep) return this.#linger();
    if (this.#incoming.isComplete) return this.#next();
    this.#enter('discard');
    this.#deadline.set(LINGER_PAUSE_MS);
    this.#socket.resume();
  }

  #next(): void {
    if (this.#phase === 'over') return;
    if (this.#socket.writableNeedDrain) {
      // A client that asks on and on without reading answers would fill our memory.
      this.#enter('flush');
      this.#deadline.set(this.#owner.clientTimeoutMs);
      this.#socket.pause();
      this.#socket.once('drain', () => this.#next());
      return;
    }
    if (this.#incoming.more) {
      // There may be thousands of requests, and others would have to wait for all of them.
      this.#enter('turn');
      this.#deadline.clear();
      this.#socket.pause();
      this.#owner.turns.wait(this);
      return;
    }
    if (this.#owner.stopping) return this.#linger();
    this.go();
  }

  go(): void {
    this.#enter('idle');
    this.#deadline.set(IDLE_TIMEOUT_MS);
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#read(null);
  }

  /** Ends the connection, with an response of our own where none has begun. */
  #refuse(status: GatewayStatus): void {
    const request = this.#request;
    const method = request?.method ?? this.#incoming.arrived;
    this.#request = null;
    this.#incoming.drop();
    if (this.#response !== null) return this.destroy();
    request?.gone?.(status);
    request?.clientLeft();
    this.#socket.write(errorResponse(status, method), 'latin1');
    this.#linger();
  }

  /**
   * Closes our side and reads on for a while: closing both at once while the client still sends
   * would make its system throw away the response (RFC 9112 section 9.6).
   */
  #linger(): void {
    this.#enter('linger');
    this.#deadline.set(this.#owner.clientTimeoutMs);
    this.#socket.end(() => {
      if (this.#phase !== 'linger') return;
      this.#lingersUntil = performance.now() + LINGER_MS;
      this.#deadline.set(LINGER_PAUSE_MS);
    });
    this.#socket.resume();
  }

  #onClose(): void {
    if (this.#phase !== 'over') this.#enter('over');
    this.#deadline.dispose();
    this.#drainDeadline.dispose();
    this.#owner.turns.cancel(this);
    this.#owner.closed(this);
    const request = this.#request;
    this.#request = null;
    this.#incoming.drop();
    if (this.#response === null) request?.gone?.();
    else this.#response.body?.cancel();
    request?.clientLeft();
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
