import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TransportError } from '../../http/transport.ts';
import { transportError } from './failure.ts';
import { type ReadBuffer, readingInto } from './read-buffer.ts';

/** What comes of opening a connection: one of the first two, once and never at once. */
export interface SocketListener {
  opened(socket: Socket): void;
  failed(error: TransportError): void;
  /** @param bytes of a `ReadBuffer`, where there is one: to be kept only as it says */
  read(bytes: Buffer): void;
}

/** A connection that is being opened. */
export interface Opening {
  /** Gives up: nobody is told of anything any more. */
  cancel(): void;
}

/** Milliseconds that an address has before the next is tried beside it (RFC 8305 section 5). */
const HEAD_START_MS = 250;

/** Addresses tried at the same time. Beyond, the first of them has had its time. */
const MOST_AT_ONCE = 4;

/** Addresses whose failures are told of: what they failed with is mostly the same. */
const MOST_TOLD = 3;

/** An address that may be tried. */
export interface Candidate {
  readonly address: string;
  /** It failed, or took longer than another. */
  avoid(): void;
  /** It was the one that connected. */
  trust(): void;
}

/** Sockets that connections being opened may have beside one each, for all of them together. */
export interface SpareSockets {
  /** Takes one, or answers `false` when there is none. */
  take(): boolean;
  give(): void;
  /** Why there is none for anybody, where the runtime says something else of that; `null`: there are some. */
  shortage(): unknown;
}

const UNLIMITED: SpareSockets = { take: () => true, give() {}, shortage: () => null };

interface Attempt<C> {
  readonly candidate: C;
  readonly since: number;
}

/**
 * Opens a connection to one of several addresses: the first is tried at once, the next when that
 * failed or has had its head start, and so on; the first that connects wins. How long all of it may
 * take is for others to say. Node's own `autoSelectFamily` ends each attempt after 250 ms whatever
 * the deadline, and Bun and Deno each do something else.
 */
export class Dial<C extends Candidate> implements Opening {
  readonly #origin: Origin;
  readonly #reads: ReadBuffer | null;
  readonly #listener: SocketListener;
  readonly #won: (candidate: C) => void;
  readonly #spare: SpareSockets;
  #candidates: C[] = [];
  /** Index of the next that is tried. */
  #next = 0;
  readonly #attempts = new Map<Socket, Attempt<C>>();
  readonly #errors: TransportError[] = [];
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  /**
   * @param reads where it reads to; `null`: to new memory each time, as it must where the socket may be
   * given to somebody else, who then listens to it himself. With TLS it always does
   * @param won told of the address before the listener is of the connection
   * @param spare without one, an attempt takes the place of another. Default: no limit
   */
  constructor(
    origin: Origin,
    reads: ReadBuffer | null,
    listener: SocketListener,
    won: (candidate: C) => void,
    spare: SpareSockets = UNLIMITED,
  ) {
    this.#origin = origin;
    this.#reads = reads;
    this.#listener = listener;
    this.#won = won;
    this.#spare = spare;
  }

  /** @param candidates in the order in which they are tried; at least one */
  start(candidates: C[]): void {
    if (this.#over) return;
    this.#candidates = candidates;
    this.#tryNext();
  }

  /** There is no address to try. */
  fail(error: TransportError): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.failed(error);
  }

  cancel(): void {
    this.#over = true;
    this.#dropAll();
  }

  #tryNext(): void {
    clearTimeout(this.#timer);
    const candidate = this.#candidates[this.#next++];
    if (candidate === undefined) {
      if (this.#attempts.size === 0) this.fail(together(this.#errors));
      return;
    }
    while (this.#attempts.size > 0 && !this.#mayTryBeside()) {
      const [oldest] = this.#attempts.keys();
      this.#drop(oldest!);
    }
    const socket = connectTcp({
      host: candidate.address,
      port: this.#origin.port,
      autoSelectFamily: false,
      ...(this.#reads !== null && readingInto(this.#reads, this.#listener)),
    });
    this.#attempt(socket, candidate, 'connect', () => this.#connected(socket, candidate));
    if (this.#next === this.#candidates.length) return;
    this.#timer = setTimeout(() => this.#tryNext(), HEAD_START_MS);
  }

  #mayTryBeside(): boolean {
    return this.#attempts.size < MOST_AT_ONCE && this.#spare.take();
  }

  #attempt(socket: Socket, candidate: C, ready: string, then: () => void): void {
    socket.setNoDelay(true);
    socket.once(ready, then);
    socket.on('error', (error) => this.#failed(socket, error));
    this.#attempts.set(socket, { candidate, since: performance.now() });
  }

  #remove(socket: Socket): void {
    if (this.#attempts.size > 1) this.#spare.give();
    this.#attempts.delete(socket);
  }

  #connected(socket: Socket, candidate: C): void {
    this.#remove(socket);
    // Those that are overtaken have their chance still, should TLS fail.
    for (const { candidate: other } of this.#attempts.values()) this.#candidates.push(other);
    this.#dropAll();
    if (!this.#origin.tls) return this.#ready(socket, candidate);
    const { hostname: host, serverName: servername } = this.#origin;
    const secure = connectTls({ socket, host, servername, ALPNProtocols: ['http/1.1'] });
    this.#attempt(secure, candidate, 'secureConnect', () => this.#ready(secure, candidate));
  }

  #ready(socket: Socket, candidate: C): void {
    this.#over = true;
    this.#attempts.clear();
    // From here on they are for whoever has the connection.
    socket.removeAllListeners('error');
    if (this.#reads === null) socket.on('data', (bytes: Buffer) => this.#listener.read(bytes));
    candidate.trust();
    this.#won(candidate);
    this.#listener.opened(socket);
  }

  #failed(socket: Socket, error: unknown): void {
    const attempt = this.#attempts.get(socket);
    if (attempt === undefined) return;
    this.#remove(socket);
    socket.destroy();
    let failure = transportError(error);
    if (failure.kind === 'connect') failure = transportError(this.#spare.shortage() ?? failure);
    if (!failure.blameless) attempt.candidate.avoid();
    if (this.#errors.length < MOST_TOLD) this.#errors.push(failure);
    this.#tryNext();
  }

  #dropAll(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#attempts.keys()) this.#drop(socket);
  }

  /** Who had time enough to connect and did not is not the first to be tried the next time. */
  #drop(socket: Socket): void {
    const { candidate, since } = this.#attempts.get(socket)!;
    if (performance.now() - since >= HEAD_START_MS) candidate.avoid();
    this.#remove(socket);
    socket.destroy();
  }
}

function together(errors: readonly TransportError[]): TransportError {
  const [first] = errors;
  if (errors.length === 1) return first!;
  const message = errors.map((error) => error.message).join('; ');
  return new TransportError(first!.kind, message, errors);
}

/** Where a connection goes. */
export interface Origin {
  readonly tls: boolean;
  /** A name or an address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** What TLS sends and checks; `''`: nothing is sent, and the certificate has to be the address's. */
  readonly serverName: string;
}

/** @example parseOrigin('https://[::1]', '') // { tls: true, hostname: '::1', port: 443, serverName: '' } */
export function parseOrigin(origin: string, serverName: string): Origin {
  const { protocol, hostname, port } = new URL(origin);
  const tls = protocol === 'https:';
  return {
    tls,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: port === '' ? (tls ? 443 : 80) : Number(port),
    serverName,
  };
}
