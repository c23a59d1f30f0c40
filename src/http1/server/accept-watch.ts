import { connect, type Socket } from 'node:net';

/** A listener that is watched. */
export interface Watched {
  readonly hostname: string;
  readonly port: number;
  /** Opens a new listener on the same port. */
  readonly reopen: () => Promise<void>;
}

/** Milliseconds between two checks. */
const CHECK_EVERY_MS = 2500;

/** Checks that a probe may wait to be accepted. Then the listener counts as dead. */
const MAX_SILENT_CHECKS = 2;

/** Failed attempts in a row to reopen the listener. Then the process ends. */
const MAX_ATTEMPTS = 12;

/** The address to connect to for a listener on all interfaces. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Checks that a listener still accepts. Deno's listener stops for good, without an error, once a descriptor was
 * missing. So if no connection has been accepted since the last check, a probe connects to the listener; if the probe
 * is not accepted either, the listener is reopened.
 */
export class AcceptWatch {
  readonly #watched: Watched;
  readonly #timer: NodeJS.Timeout;
  #accepted = false;
  #probe: Socket | null = null;
  #silentChecks = 0;
  #failures = 0;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#timer = setInterval(() => this.#check(), CHECK_EVERY_MS);
    this.#timer.unref();
  }

  /** To be called with each accepted connection. True for a probe. */
  accepts(socket: Socket): boolean {
    this.#accepted = true;
    return this.#probe !== null && this.#probe.localPort === socket.remotePort;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#drop();
  }

  #check(): void {
    if (this.#accepted) {
      this.#accepted = false;
      this.#drop();
    } else if (this.#probe === null) {
      this.#sendProbe();
    } else if (++this.#silentChecks >= MAX_SILENT_CHECKS) {
      this.#drop();
      void this.#reopen();
    }
  }

  #sendProbe(): void {
    const { hostname, port } = this.#watched;
    const socket = connect({ port, host: LOOPBACK[hostname] ?? hostname });
    this.#probe = socket;
    socket.unref();
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      // A probe that fails for lack of a descriptor or of a permission says nothing about the listener.
      if (code !== 'ECONNREFUSED' && this.#probe === socket) this.#probe = null;
    });
  }

  #drop(): void {
    this.#probe?.destroy();
    this.#probe = null;
    this.#silentChecks = 0;
  }

  async #reopen(): Promise<void> {
    try {
      await this.#watched.reopen();
      this.#failures = 0;
    } catch (error) {
      // An unhandled rejection: the process ends.
      if (++this.#failures >= MAX_ATTEMPTS) throw error;
    }
  }
}
