import type { ClientHttp2Session, Settings } from 'node:http2';
import type { Socket } from 'node:net';
import type { Outbound } from '../../http/messages.ts';
import { TransportError } from '../../http/transport.ts';
import type { Opening, SocketListener } from '../../http1/client/dial.ts';
import type { ExchangeListener } from '../../http1/client/exchange-listener.ts';
import { closedByServer } from '../../http1/client/failure.ts';
import type { IdleEntry, Peer } from '../../http1/client/peers.ts';
import { Deadline } from '../../http1/timers.ts';
import type { Turns } from '../../http1/turns.ts';
import { Flusher } from '../flusher.ts';
import { FrameWatch, PREFACE_BYTES } from '../frame-watch.ts';
import { WatchedSocket } from '../watched-socket.ts';
import { sessionFailure, violation } from './failure.ts';
import {
  ASK_AGAIN_MS,
  DOUBTFUL_MS,
  FIRST_STREAMS,
  HEAD_LIMIT_BYTES,
  MAX_FIELDS,
  MAX_STREAMS,
  SESSION_MEMORY_MB,
  SIGN_IN_USE_MS,
  SIGN_MS,
  SILENT_MS,
  WINDOW_BYTES,
} from './limits.ts';
import type { SessionPhase } from './phases.ts';
import { ClientStream, type StreamOwner } from './stream.ts';

/** What a session needs from its pool. */
export interface SessionOwner {
  readonly turns: Turns | null;
  /** Whether the runtime holds back what is written: see `Flusher`. */
  readonly holdsBack: boolean;
  /** Whether a server that floods us with frames of no use loses its connection: see `FrameWatch`. */
  readonly endsFloods: boolean;
  /** Most requests of one connection. */
  readonly maxRequests: number;
  /** Called when the last request is over and the connection can take others. */
  becameIdle(session: Session): void;
  closed(session: Session): void;
}

/** A connection to a server over HTTP/2. Its streams, one for each request, know nothing of each other. */
export class Session implements SocketListener, StreamOwner, IdleEntry<Session> {
  /** For tests: called with every change of phase of every connection. */
  static onPhase: ((from: SessionPhase, to: SessionPhase) => void) | null = null;
  /** The address that it is connected to, or is tried first; `null` while none is known. */
  peer: Peer<Session> | null;
  before: Session | null = null;
  after: Session | null = null;
  lastStreamId: number = Infinity;
  fault: TransportError | null = null;
  flusher: Flusher | null = null;
  idleSince = 0;
  readonly #owner: SessionOwner;
  readonly #watch: FrameWatch;
  readonly #opening: Opening;
  #socket: Socket | null = null;
  #http2: ClientHttp2Session | null = null;
  #phase: SessionPhase = 'opening';
  /** Requests that wait until the connection is ready. */
  readonly #waiting = new Set<ClientStream>();
  readonly #sent = new Set<ClientStream>();
  /** Most requests at a time. */
  #limit = FIRST_STREAMS;
  /** Requests so far. */
  #requests = 0;
  #heardAt = 0;
  /** When a part of a response arrived last. */
  #respondedAt = 0;
  #askedAt = -Infinity;
  #error: unknown = null;
  readonly #sign = new Deadline(() => this.#close(NO_SIGN));

  /** @param open starts to open the connection */
  constructor(
    owner: SessionOwner,
    peer: Peer<Session> | null,
    open: (session: Session) => Opening,
  ) {
    this.#owner = owner;
    this.#watch = new FrameWatch({
      maxHeadBytes: HEAD_LIMIT_BYTES,
      sentPrefaceBytes: PREFACE_BYTES,
      onGoaway: (last) => this.#onGoaway(last),
      onFault: (code) => this.#onFault(code),
      ...(!owner.endsFloods && { maxIdleFrames: Infinity }),
    });
    this.peer = peer;
    this.#opening = open(this);
  }

  get turns(): Turns | null {
    return this.#owner.turns;
  }

  /** Requests that wait or are in flight. */
  get streams(): number {
    return this.#waiting.size + this.#sent.size;
  }

  get isOpen(): boolean {
    return this.fault === null && this.#phase !== 'leaving' && this.#phase !== 'over';
  }

  /** Whether it takes another request. */
  get isFree(): boolean {
    return this.isOpen && this.streams < this.#limit && this.#requests < this.#owner.maxRequests;
  }

  /** @param mayMove whether another connection may take the request, should the server not have seen it */
  start(request: Outbound, listener: ExchangeListener, mayMove: boolean): ClientStream {
    this.#requests++;
    const stream = new ClientStream(request, listener, this, mayMove);
    if (this.#phase === 'ready' && this.#isSilent(DOUBTFUL_MS) && this.#sent.size === 0) {
      this.#enter('doubtful');
      this.#ask(SIGN_MS);
    }
    if (this.#phase === 'ready') this.#send(stream);
    else this.#waiting.add(stream);
    return stream;
  }

  /** To be called every second or so. Asks for a sign of life where requests wait in silence. */
  look(): void {
    const isDue = performance.now() - this.#askedAt >= ASK_AGAIN_MS;
    const isAsked = this.#sign.at !== Infinity;
    if (this.#sent.size === 0 || isAsked || !this.#isSilent(SILENT_MS)) return;
    if (isDue || this.#askedAt < this.#respondedAt) this.#ask(SIGN_IN_USE_MS);
  }

  /** Takes no further requests; those in flight go on. */
  leave(): void {
    if (!this.isOpen) return;
    this.#enter('leaving');
    if (this.streams === 0) this.destroy(CLOSED);
  }

  destroy(reason: TransportError): void {
    this.#close(reason);
  }

  opened(socket: Socket): void {
    this.#socket = socket;
    socket.setKeepAlive(true, SILENT_MS);
    socket.on('error', (error) => (this.#error = error));
    this.#begin(socket).catch((error: unknown) => this.#close(sessionFailure(error)));
  }

  failed(error: TransportError): void {
    this.#close(error);
  }

  read(): void {}

  heard(): void {
    this.#heardAt = performance.now();
    this.#respondedAt = this.#heardAt;
  }

  ended(stream: ClientStream): void {
    this.#waiting.delete(stream);
    this.#sent.delete(stream);
    if (this.streams > 0) return;
    const isSpent = this.#requests >= this.#owner.maxRequests;
    // Nobody waits for a connection any more that is still being opened.
    if (isSpent || this.#phase === 'leaving' || this.#phase === 'opening')
      return this.#close(CLOSED);
    if (this.#phase !== 'ready') return;
    this.idleSince = performance.now();
    this.#owner.becameIdle(this);
  }

  async #begin(socket: Socket): Promise<void> {
    // Loaded with the first connection: who has no gRPC does not pay for it.
    const { connect } = await import('node:http2');
    if (this.#phase === 'over') return void socket.destroy();
    const onFlood = () => this.#close(FLOOD);
    const watched = new WatchedSocket({ socket, watch: this.#watch, onFlood });
    const session = connect('http://localhost', {
      createConnection: () => watched,
      maxHeaderListPairs: MAX_FIELDS,
      maxSessionMemory: SESSION_MEMORY_MB,
      settings: {
        enablePush: false,
        initialWindowSize: WINDOW_BYTES,
        maxHeaderListSize: HEAD_LIMIT_BYTES,
      },
    });
    this.#http2 = session;
    if (this.#owner.holdsBack) this.flusher = new Flusher(session, () => this.#watch.configured());
    session.on('remoteSettings', (settings) => this.#onSettings(settings));
    session.on('error', (error) => (this.#error = error));
    session.once('close', () => this.#onClose());
  }

  #onSettings({ maxConcurrentStreams = MAX_STREAMS }: Settings): void {
    this.heard();
    this.#limit = Math.min(maxConcurrentStreams, MAX_STREAMS);
    if (this.#phase === 'opening') this.#ready();
  }

  #onGoaway(last: number): void {
    this.lastStreamId = Math.min(this.lastStreamId, last);
    for (const stream of this.#sent) if (stream.isUnseen) stream.lost(CLOSED_BY_SERVER, true);
    if (!this.isOpen) return;
    const waiting = [...this.#waiting];
    this.#enter('leaving');
    for (const stream of waiting) stream.lost(CLOSED_BY_SERVER, true);
    if (this.streams === 0) this.#close(CLOSED);
  }

  /** On Node that is all that node:http2 does: it reads nothing more, and its streams would wait for ever. */
  #onFault(code: number): void {
    const fault = (this.fault ??= violation(code));
    // Not at once, since a session calls this.
    setImmediate(() => this.#close(fault));
  }

  #onClose(): void {
    this.#close(this.#error === null ? closedByServer() : sessionFailure(this.#error));
  }

  #ready(): void {
    this.#enter('ready');
    for (const stream of this.#waiting) {
      if (this.#sent.size >= this.#limit) stream.lost(REFUSED, true);
      else this.#send(stream);
    }
  }

  #send(stream: ClientStream): void {
    this.#waiting.delete(stream);
    this.#sent.add(stream);
    if (this.#sent.size === 1) this.#heardAt = performance.now();
    stream.send(this.#http2!);
  }

  #enter(phase: SessionPhase): void {
    Session.onPhase?.(this.#phase, phase);
    this.#phase = phase;
  }

  #isSilent(milliseconds: number): boolean {
    return performance.now() - this.#heardAt >= milliseconds;
  }

  /** Sends a PING; without a sign of life within so many milliseconds the connection is closed. */
  #ask(milliseconds: number): void {
    this.#askedAt = performance.now();
    this.#sign.set(milliseconds);
    this.#watch.pinged();
    this.#http2!.ping((error) => {
      if (error !== null) return;
      this.#heardAt = performance.now();
      this.#sign.clear();
      if (this.#phase === 'doubtful') this.#ready();
    });
  }

  #close(reason: TransportError): void {
    if (this.#phase === 'over') return;
    const wasKept = this.#phase === 'doubtful';
    this.#enter('over');
    this.#sign.dispose();
    this.#opening.cancel();
    for (const stream of this.#waiting) stream.lost(reason, wasKept);
    for (const stream of this.#sent) stream.lost(reason, true);
    this.#owner.closed(this);
    const [session, socket] = [this.#http2, this.#socket];
    // Not at once: Deno's process aborts if a session is destroyed from within what that session calls.
    setImmediate(() => {
      if (session !== null && !session.destroyed) session.destroy();
      socket?.destroy();
    });
  }
}

const FLOOD = new TransportError('protocol', 'the server sends too many frames of no use');
const CLOSED = new TransportError('shutdown', 'the pool was closed');
const CLOSED_BY_SERVER = closedByServer();
const NO_SIGN = new TransportError('timeout', 'no sign of life from the server');
const REFUSED = new TransportError(
  'reset',
  'the server allows fewer requests at a time',
  undefined,
  true,
);
