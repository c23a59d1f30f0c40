import type { Socket } from 'node:net';
import type { GatewayStatus } from '../../http/gateway-error.ts';
import type { Interim, Reply } from '../../http/messages.ts';
import { drained } from '../body-writer.ts';
import { Deadline } from '../timers.ts';
import { fieldLines } from '../fields.ts';
import { takeOver, tunnel, UpgradedBody } from '../tunnel.ts';
import type { TurnTaker } from '../turns.ts';
import {
  breakOff,
  errorResponse,
  type OutgoingResponse,
  outgoingResponse,
  switchingHead,
  writeResponse,
  writeResponseHead,
} from './write-response.ts';
import type { AcceptedConnection, ConnectionOwner } from './accepted.ts';
import { Incoming } from './incoming.ts';
import { FIRST_BYTES_MS, IDLE_TIMEOUT_MS, LINGER_MS, LINGER_PAUSE_MS } from './limits.ts';
import type { ServerPhase } from './phases.ts';
import { Http2Preface, RequestRefusal } from '../errors.ts';
import { type Link, peerOf, type ServerRequest } from './request.ts';
import { outgoingFraming } from '../framing.ts';

/** A client's connection. Serves one request at a time, in the order of arrival; see `phases.ts`. */
export class ServerConnection implements AcceptedConnection, Link, TurnTaker {
  /** For tests: called with every change of phase of every connection. */
  static onPhase: ((from: ServerPhase, to: ServerPhase) => void) | null = null;
  /** `https`: TLS is ended here. */
  readonly scheme: Link['scheme'];
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #deadline = new Deadline(() => this.#expire());
  /** For writes: apart from `#deadline`, since the client may send a body at the same time. */
  readonly #drainDeadline = new Deadline(() => this.destroy());
  readonly #incoming: Incoming;
  #phase: ServerPhase = 'idle';
  /** The request in flight. */
  #request: ServerRequest | null = null;
  /** Its response, once the head is written. */
  #response: OutgoingResponse | null = null;
  #lingersUntil = Infinity;
  /** Until then the first request is expected, so the connection is not evicted; 0 once the request has arrived. */
  #expectedUntil = performance.now() + FIRST_BYTES_MS;
  #peer: string | undefined;

  constructor(socket: Socket, owner: ConnectionOwner, scheme: Link['scheme']) {
    this.scheme = scheme;
    this.#socket = socket;
    this.#owner = owner;
    this.#incoming = new Incoming(socket, this.#deadline, owner, this);
    this.#deadline.set(owner.clientTimeoutMs);
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    // As with nginx, a client that closes its half before it has the response is taken to have left.
    socket.once('end', () => this.#request !== null && this.destroy());
    socket.on('error', () => {}); // `close` follows.
    socket.once('close', () => this.#onClose());
  }

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
    // HTTP/1.0 clients do not know 1xx and would take it for the response (RFC 9110 section 15.2).
    if (this.#request !== request || this.#response !== null || !request.http11) return;
    if (status === 100 && !this.#incoming.claim100Continue()) return;
    this.#socket.write(`HTTP/1.1 ${status} ${reason}\r\n${fieldLines(headers)}\r\n`, 'latin1');
  }

  stop(): void {
    if (this.#phase === 'idle') this.destroy();
  }
  destroy(): void {
    this.#socket.destroy();
  }
  /** Closes once everything written has been sent. Does not wait for a TLS handshake, which may never end. */
  destroySoon(): void {
    if (this.scheme === 'https' && this.#socket.writableLength > 0) this.destroy();
    else this.#socket.destroySoon();
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
      if (error instanceof Http2Preface && this.#switchToHttp2(error.bytes)) return;
      return this.refuse(error instanceof RequestRefusal ? error.status : 400);
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
    // Pipelined requests wait in the system's buffer and not in our memory.
    if (this.#phase === 'exchange' && incoming.isComplete && incoming.more) this.#socket.pause();
  }

  /** Leaves the connection to HTTP/2, if its client began with that. Returns false if nobody takes it. */
  #switchToHttp2(bytes: Buffer): boolean {
    const { switchToHttp2 = null } = this.#owner;
    if (switchToHttp2 === null || this.#expectedUntil === 0) return false;
    this.#enter('over');
    this.#deadline.dispose();
    this.#drainDeadline.dispose();
    this.#socket.removeAllListeners('data').pause();
    switchToHttp2(this, this.#socket, bytes);
    return true;
  }

  #begin(request: ServerRequest): void {
    // A destroyed socket may still deliver what it has read. Nobody waits for a response to that.
    if (this.#socket.destroyed) return;
    this.#enter('exchange');
    this.#expectedUntil = 0;
    this.#request = request;
    try {
      // Asynchronous even if the reply is at hand: pipelined requests would otherwise pile up on the stack.
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
      // Otherwise the client has left, or the request was refused with 408.
      if (this.#request === request) this.#send(request, response);
      else response.body?.cancel();
    } catch {
      this.#failed(request);
    }
  }

  #failed(request: ServerRequest): void {
    if (this.#request === request) this.refuse(500);
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

  /** Writes the head of the 101 and turns both connections into a tunnel. */
  #switch(response: OutgoingResponse, upstream: UpgradedBody): void {
    this.#enter('over');
    this.#request = null;
    this.#deadline.dispose();
    this.#drainDeadline.dispose();
    this.#socket.write(switchingHead(response), 'latin1');
    const client = takeOver(this.#socket, this.#incoming.takeRest());
    tunnel(client, upstream.takeOver(), upstream.timeouts);
  }

  /** Waits for the client to take what was written. Past the deadline the connection is destroyed. */
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
      // A client that sends requests without reading responses would fill our memory.
      this.#enter('flush');
      this.#deadline.set(this.#owner.clientTimeoutMs);
      this.#socket.pause();
      this.#socket.once('drain', () => this.#next());
      return;
    }
    if (this.#incoming.more) {
      // Thousands of requests may be pipelined: between two of them, other connections get their turn.
      this.#enter('turn');
      this.#deadline.clear();
      this.#socket.pause();
      this.#owner.turns.wait(this);
      return;
    }
    if (this.#owner.stopping) return this.#linger();
    this.go();
  }

  /** Called by `Turns`, or directly: reads the next request. */
  go(): void {
    this.#enter('idle');
    this.#deadline.set(IDLE_TIMEOUT_MS);
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#read(null);
  }

  /** Ends the connection, with an error response unless a response has begun; there may be no request yet. */
  refuse(status: GatewayStatus): void {
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
   * Closes our half and reads on for a while: if both halves closed while the client still sends, its system would
   * discard the response (RFC 9112 section 9.6).
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
        return this.refuse(408);
      case 'discard':
        return this.#linger();
      default:
        this.destroy();
    }
  }
}
