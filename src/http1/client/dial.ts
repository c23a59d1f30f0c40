import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { TransportError } from '../../http/transport.ts';
import { transportError } from './failure.ts';
import { type ReadBuffer, readingInto } from '../read-buffer.ts';

/** Gets the result of opening a connection. Exactly one of `opened` and `failed` is called, asynchronously. */
export interface SocketListener {
  opened(socket: Socket): void;
  failed(error: TransportError): void;
  /** Called with what is read into a `ReadBuffer`. @param bytes valid only until the next read, see there */
  read(bytes: Buffer): void;
}

/** A connection that is being opened. */
export interface Opening {
  /** Gives up. The listener is not called any more. */
  cancel(): void;
}

/** Milliseconds that an address has before the next one is tried in parallel (RFC 8305 section 5). */
const HEAD_START_MS = 250;

/** Most addresses that are tried in parallel. A further one replaces the first of them. */
const MAX_AT_ONCE = 4;

/** Most addresses whose errors are reported: most of them fail with the same error. */
const MAX_REPORTED = 3;

/** An address to connect to. */
export interface Candidate {
  readonly address: string;
  /** Called when the address failed or was slower than another. */
  avoid(): void;
  /** Called when the address connected. */
  trust(): void;
}

/** A budget of sockets for parallel attempts. Each connection may have one socket; further ones are taken from here. */
export interface SpareSockets {
  /** Takes a socket from the budget; `false` if none is left. */
  take(): boolean;
  give(): void;
  /** The error, if no descriptors are left and the runtime reports that as a refused connection; else `null`. */
  shortage(): unknown;
}

const UNLIMITED: SpareSockets = { take: () => true, give() {}, shortage: () => null };

interface Attempt<C> {
  readonly candidate: C;
  readonly since: number;
  /** True once the next address was tried since this one took so long. */
  isSlow: boolean;
}

/**
 * Opens a connection to one of several addresses, as RFC 8305 (happy eyeballs) describes: each address is tried when
 * the one before has failed or has had its head start; the first that connects wins. Has no timeout of its own: the
 * owner calls `cancel`. Node's `autoSelectFamily` is not used since it ends each attempt after 250 ms, whatever the
 * deadline; Bun and Deno behave differently again.
 */
export class Dial<C extends Candidate> implements Opening {
  readonly #origin: Origin;
  readonly #reads: ReadBuffer | null;
  readonly #listener: SocketListener;
  readonly #won: (candidate: C) => void;
  readonly #spare: SpareSockets;
  #candidates: C[] = [];
  /** Index of the candidate that is tried next. */
  #next = 0;
  readonly #attempts = new Map<Socket, Attempt<C>>();
  readonly #errors: TransportError[] = [];
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  /**
   * @param reads the buffers to read into; `null`: new memory for each read and `data` events, which TLS needs, and a
   * socket that may become a tunnel
   * @param won called with the address that connected, before `listener.opened`
   * @param spare budget for parallel attempts; without a socket there, a new attempt replaces the oldest. Default: no
   * limit
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

  /** @param candidates at least one, in the order in which they are tried */
  start(candidates: C[]): void {
    if (this.#over) return;
    this.#candidates = candidates;
    this.#tryNext();
  }

  /** Fails without a further attempt, e.g. since no address was found. */
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
    this.#timer = setTimeout(() => {
      // Timers may be early by what this turn of the event loop has taken.
      for (const attempt of this.#attempts.values()) attempt.isSlow = true;
      this.#tryNext();
    }, HEAD_START_MS);
  }

  #mayTryBeside(): boolean {
    return this.#attempts.size < MAX_AT_ONCE && this.#spare.take();
  }

  #attempt(socket: Socket, candidate: C, ready: string, then: () => void): void {
    socket.setNoDelay(true);
    socket.once(ready, then);
    socket.on('error', (error) => this.#failed(socket, error));
    this.#attempts.set(socket, { candidate, since: performance.now(), isSlow: false });
  }

  #remove(socket: Socket): void {
    if (this.#attempts.size > 1) this.#spare.give();
    this.#attempts.delete(socket);
  }

  #connected(socket: Socket, candidate: C): void {
    this.#remove(socket);
    // The slower addresses are tried again if TLS fails on this one.
    for (const { candidate: other } of this.#attempts.values()) this.#candidates.push(other);
    this.#dropAll();
    if (!this.#origin.tls) return this.#ready(socket, candidate);
    const { hostname: host, serverName: servername, secureOptions, beginTls } = this.#origin;
    const secure = beginTls(socket, {
      host,
      servername,
      ALPNProtocols: ['http/1.1'],
      ...secureOptions(),
    });
    this.#attempt(secure, candidate, 'secureConnect', () => this.#ready(secure, candidate));
  }

  #ready(socket: Socket, candidate: C): void {
    this.#over = true;
    this.#attempts.clear();
    // From here on errors are handled by the connection.
    socket.removeAllListeners('error');
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
    if (this.#errors.length < MAX_REPORTED) this.#errors.push(failure);
    this.#tryNext();
  }

  #dropAll(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#attempts.keys()) this.#drop(socket);
  }

  /** Destroys an attempt. An address that did not connect within its head start is avoided for a while. */
  #drop(socket: Socket): void {
    const { candidate, since, isSlow } = this.#attempts.get(socket)!;
    if (isSlow || performance.now() - since >= HEAD_START_MS) candidate.avoid();
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

/** The server that a connection goes to. */
export interface Origin {
  readonly tls: boolean;
  /** A name or an address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** The name that TLS sends (SNI) and checks; `''`: none is sent, and the certificate must name `hostname`. */
  readonly serverName: string;
  /** Further options of TLS for a new connection. */
  readonly secureOptions: () => ConnectionOptions;
  readonly beginTls: BeginTls;
}

/** Begins TLS over a socket, as `connect` of `node:tls` does. */
export type BeginTls = (socket: Socket, options: ConnectionOptions) => TLSSocket;

const connectOver: BeginTls = (socket, options) => connectTls({ ...options, socket });

const NO_OPTIONS = (): ConnectionOptions => ({});

/** @example parseOrigin('https://[::1]', '') // { tls: true, hostname: '::1', port: 443, serverName: '', ... } */
export function parseOrigin(
  origin: string,
  serverName: string,
  secureOptions: Origin['secureOptions'] = NO_OPTIONS,
  beginTls: BeginTls = connectOver,
): Origin {
  // A URL with any other scheme is parsed by other rules.
  const { protocol, hostname, port } = new URL(origin.replace(/^grpc/, 'http'));
  const tls = protocol === 'https:';
  return {
    tls,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: port === '' ? (tls ? 443 : 80) : Number(port),
    serverName,
    secureOptions,
    beginTls,
  };
}
