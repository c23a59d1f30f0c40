import { connect, type Socket } from 'node:net';

/** A listener, and how it is opened anew on the same port. */
export interface Watched {
  readonly hostname: string;
  readonly port: number;
  readonly reopen: () => Promise<void>;
}

/** Milliseconds between two looks at whether connections come. */
const LOOK_EVERY_MS = 2500;

/** Looks in which a connection of our own is not accepted, until the listener is taken for deaf. */
const SILENT_LOOKS = 2;

/** Attempts to open it anew; then there is no point in living on. */
const MOST_ATTEMPTS = 12;

/** Where a listener on all interfaces is reached. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Sees that a listener goes on accepting. Deno's stops for good when a descriptor was missing once, and
 * nobody but a client learns of it. So where no connection comes, one of our own asks, and where that is
 * not accepted, the listener is opened anew.
 */
export class AcceptWatch {
  readonly #watched: Watched;
  readonly #timer: NodeJS.Timeout;
  #accepted = false;
  #asking: Socket | null = null;
  #silent = 0;
  #failures = 0;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** Told of each connection; true for one of our own. */
  accepts(socket: Socket): boolean {
    this.#accepted = true;
    return this.#asking !== null && this.#asking.localPort === socket.remotePort;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#drop();
  }

  #look(): void {
    if (this.#accepted) {
      this.#accepted = false;
      this.#drop();
    } else if (this.#asking === null) {
      this.#ask();
    } else if (++this.#silent >= SILENT_LOOKS) {
      this.#drop();
      void this.#reopen();
    }
  }

  #ask(): void {
    const { hostname, port } = this.#watched;
    const socket = connect({ port, host: LOOPBACK[hostname] ?? hostname });
    this.#asking = socket;
    socket.unref();
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      // What cannot be asked for want of a descriptor, or of a permission, says nothing of the listener.
      if (code !== 'ECONNREFUSED' && this.#asking === socket) this.#asking = null;
    });
  }

  #drop(): void {
    this.#asking?.destroy();
    this.#asking = null;
    this.#silent = 0;
  }

  async #reopen(): Promise<void> {
    try {
      await this.#watched.reopen();
      this.#failures = 0;
    } catch (error) {
      // Nobody catches it: the process ends.
      if (++this.#failures >= MOST_ATTEMPTS) throw error;
    }
  }
}
