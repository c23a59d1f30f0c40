import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import {
  FIRST_BYTES_MS,
  HEAD_LIMITS,
  IDLE_TIMEOUT_MS,
  MAX_FIELDS,
} from '../../http1/server/limits.ts';
import type {
  AcceptedConnection,
  ConnectionOwner,
  ServeHttp2,
} from '../../http1/server/accepted.ts';
import { type Link, peerOf } from '../../http1/server/request.ts';
import { Deadline } from '../../http1/timers.ts';
import { Flusher } from '../flusher.ts';
import { FrameWatch, PREFACE_BYTES } from '../frame-watch.ts';
import { BYTES_PER_IDLE_FRAME } from '../limits.ts';
import { WatchedSocket } from '../watched-socket.ts';
import {
  GOODBYE_MS,
  HEAD_TOLERANCE,
  LARGE_HEAD_COST,
  MAX_STREAMS,
  RESET_COST,
  TOO_LARGE_HEAD_COST,
  WINDOW_BYTES,
} from './limits.ts';
import { ServerStream, type StreamOwner } from './stream.ts';

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

/** Serves a client's connection with HTTP/2. */
export const serveHttp2: ServeHttp2 = (...accepted) => new Http2Connection(...accepted);

/** The same on a runtime that holds back what is written: see `Flusher`. */
export const serveHttp2Flushing: ServeHttp2 = (...accepted) =>
  new Http2Connection(...accepted, true);

/** The last stream there can be: a GOAWAY that names it only announces the next one (RFC 9113 section 6.8). */
const LAST_STREAM = 2 ** 31 - 1;

/** A client's connection over HTTP/2. Its streams, one for each request, know nothing of each other. */
export class Http2Connection implements AcceptedConnection, StreamOwner {
  readonly scheme: Link['scheme'];
  readonly peer: string;
  readonly serverPort: number;
  readonly owner: ConnectionOwner;
  readonly flusher: Flusher | null;
  readonly #socket: Socket;
  readonly #watch: FrameWatch;
  readonly #watched: WatchedSocket;
  readonly #session: ServerHttp2Session;
  readonly #streams = new Set<ServerStream>();
  /** Set while there is no stream. */
  readonly #deadline = new Deadline(() => this.#session.close());
  #expectedUntil = performance.now() + FIRST_BYTES_MS;

  /**
   * @param first the bytes that were read already: they begin with the preface
   * @param holdsBack whether the runtime holds back what is written: see `Flusher`
   */
  constructor(
    socket: Socket,
    first: Buffer,
    owner: ConnectionOwner,
    scheme: Link['scheme'],
    holdsBack: boolean = false,
  ) {
    this.scheme = scheme;
    this.peer = peerOf(socket);
    this.serverPort = socket.localPort ?? 0;
    this.owner = owner;
    this.#socket = socket;
    this.#deadline.set(owner.clientTimeoutMs);
    const maxHeadBytes = (owner.headLimits ?? HEAD_LIMITS).head * HEAD_TOLERANCE;
    this.#watch = new FrameWatch({
      maxHeadBytes,
      maxFields: MAX_FIELDS * HEAD_TOLERANCE,
      // Node has its limit only once the client has acknowledged it.
      maxFieldBytes: maxHeadBytes * HEAD_TOLERANCE,
      prefaceBytes: PREFACE_BYTES,
      resetCost: RESET_COST,
      largeHeadCost: LARGE_HEAD_COST,
      onFault: (code) => this.#onFault(code),
    });
    this.#watched = new WatchedSocket({
      socket,
      watch: this.#watch,
      onFlood: () => this.#flooded(),
      first,
      turns: owner.turns,
    });
    this.#session = performServerHandshake(this.#watched, {
      maxOutstandingPings: MAX_STREAMS,
      maxHeaderListPairs: MAX_FIELDS * HEAD_TOLERANCE,
      settings: {
        enablePush: false,
        initialWindowSize: WINDOW_BYTES,
        maxConcurrentStreams: MAX_STREAMS,
        maxHeaderListSize: maxHeadBytes,
      },
    });
    // Each SETTINGS has an acknowledgement.
    const onFlush = () => {
      this.#watch.configured();
      this.#watch.wrote(BYTES_PER_IDLE_FRAME);
    };
    this.flusher = holdsBack ? new Flusher(this.#session, onFlush) : null;
    this.#session.on('stream', (...args: unknown[]) => {
      // The types lack the last one: the fields as they came.
      const [stream, , flags, raw] = args as [ServerHttp2Stream, object, number, readonly string[]];
      this.#onStream(stream, flags, raw);
    });
    // What a client does wrong ends its stream or its connection; `close` follows.
    this.#session.on('error', () => {});
    socket.once('close', () => this.#onClose());
    if (owner.stopping) this.stop();
  }

  /** A connection whose end is only held back is the first to go. */
  evictableUntil(now: number): number {
    if (this.#watched.isHeld) return 0;
    return this.#streams.size === 0 && now >= this.#expectedUntil ? this.#deadline.at : Infinity;
  }

  /** True if the client takes nothing at all, whatever the stream. */
  get isStuck(): boolean {
    return this.#watched.isWriting;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /**
   * Ends the connection after the streams in flight. The client is told first, and may go on for a moment: what it sent
   * before it knew is responded to as well.
   */
  stop(): void {
    if (this.#watched.isHeld) return this.destroy();
    const session = this.#session;
    if (session.destroyed || session.closed) return;
    session.goaway(NGHTTP2_NO_ERROR, LAST_STREAM);
    const timer = setTimeout(close, GOODBYE_MS);
    function close(): void {
      clearTimeout(timer);
      if (!session.destroyed) session.close();
    }
    if (!this.ping(() => setImmediate(close))) close();
  }

  ping(done: () => void): boolean {
    if (this.#session.destroyed || !this.#session.ping(done)) return false;
    this.#watch.pinged();
    return true;
  }

  tooLargeHead(): void {
    if (!this.#watch.charge(TOO_LARGE_HEAD_COST)) this.#watched.flooded();
  }

  /** A stream has ended. */
  ended(stream: ServerStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#deadline.set(IDLE_TIMEOUT_MS);
  }

  #onStream(stream: ServerHttp2Stream, flags: number, raw: readonly string[]): void {
    if (this.#streams.size >= MAX_STREAMS) {
      stream.on('error', () => {});
      stream.close(NGHTTP2_REFUSED_STREAM);
      if (!this.#watch.charge(RESET_COST)) this.#watched.flooded();
      return;
    }
    this.#deadline.clear();
    this.#expectedUntil = 0;
    const served = new ServerStream(stream, this);
    this.#streams.add(served);
    served.begin(raw, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0);
  }

  /** Says why, which ends the connection: see `#onFault`. Only later is there a session, if the first bytes are a flood. */
  #flooded(): void {
    setImmediate(() => {
      if (!this.#session.destroyed) this.#session.goaway(NGHTTP2_ENHANCE_YOUR_CALM);
    });
  }

  /**
   * Ends the connection of a client that was told with a GOAWAY what it has done. On Node, node:http2 would keep it: it
   * reads nothing more, and its streams would wait for ever. Not at once: Deno's process aborts if a session is destroyed from
   * within what that session calls.
   */
  #onFault(code: number): void {
    this.#watched.hold();
    setImmediate(() => this.#session.destroy(new Error('the client violated HTTP/2'), code));
  }

  #onClose(): void {
    this.#deadline.dispose();
    this.owner.closed(this);
  }
}
