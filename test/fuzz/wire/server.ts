import { createServer, type Server, type Socket } from 'node:net';
import { type ReadRequest, readRequests } from '../read/request.ts';

/** A request that arrived, and the connection for its response. */
export interface Arrival {
  readonly serial: number;
  readonly request: ReadRequest;
  readonly socket: Socket;
}

/** All bytes of one connection since the last `take`. */
export interface Capture {
  bytes: string;
  /** Why some of the bytes are no request, or `null`. */
  fault: string | null;
}

/** Above the size to which the gateway may extend a head that is at its own limit. */
export const SERVER_LIMITS = { line: 16 * 1024, head: 64 * 1024, fields: 400 };

/**
 * A server that parses with our own reader and keeps every byte, used as upstream and as mirror. It responds to a
 * request once it is complete.
 */
export class RawServer {
  readonly #server: Server;
  readonly #respond: (arrival: Arrival) => void;
  readonly #open = new Map<Socket, Capture>();
  /** Captures of closed connections. */
  readonly #closed: Capture[] = [];
  /** Number of complete requests. */
  arrivals = 0;

  private constructor(respond: (arrival: Arrival) => void) {
    this.#respond = respond;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  static async start(respond: (arrival: Arrival) => void): Promise<RawServer> {
    const server = new RawServer(respond);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Number of open connections. */
  get open(): number {
    return this.#open.size;
  }

  /** The bytes of each connection since the last call, from the beginning of a request. */
  take(): Capture[] {
    const taken = this.#closed.splice(0);
    for (const [socket, capture] of this.#open) {
      taken.push(capture);
      this.#open.set(socket, { bytes: '', fault: null });
    }
    return taken.filter(({ bytes }) => bytes !== '');
  }

  close(): Promise<void> {
    for (const socket of this.#open.keys()) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    let pending = '';
    this.#open.set(socket, { bytes: '', fault: null });
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('data', (text: string) => {
      const capture = this.#open.get(socket)!;
      capture.bytes += text;
      pending += text;
      const { requests, end, why } = readRequests(pending, SERVER_LIMITS);
      if (end === 'broken') {
        capture.fault = why;
        socket.end('HTTP/1.1 400 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      const [request, another] = requests;
      if (another !== undefined) capture.fault = 'a request before the response to the last';
      if (request === undefined) return;
      pending = pending.slice(request.end);
      this.arrivals += 1;
      this.#respond({ serial: this.arrivals, request, socket });
    });
    socket.once('close', () => {
      this.#closed.push(this.#open.get(socket)!);
      this.#open.delete(socket);
    });
  }
}
