import { createServer, type Server, type Socket } from 'node:net';
import { type ReadRequest, readRequests } from '../read/request.ts';

/** A request that came in, and the connection to answer it on. */
export interface Arrival {
  readonly serial: number;
  readonly request: ReadRequest;
  readonly socket: Socket;
}

/** All that one connection brought since it was last looked at. */
export interface Capture {
  bytes: string;
  /** What is no request, if any of it is not. */
  fault: string | null;
}

/** Above what the gateway makes of a head of its own limit. */
export const SERVER_LIMITS = { line: 16 * 1024, head: 64 * 1024, fields: 400 };

/**
 * A server that reads with our own reader and keeps every byte: upstream and mirror. It answers a request
 * when all of it is there.
 */
export class RawServer {
  readonly #server: Server;
  readonly #answer: (arrival: Arrival) => void;
  readonly #open = new Map<Socket, Capture>();
  /** Of connections that are closed. */
  readonly #closed: Capture[] = [];
  /** Whole requests. */
  arrivals = 0;

  private constructor(answer: (arrival: Arrival) => void) {
    this.#answer = answer;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  static async start(answer: (arrival: Arrival) => void): Promise<RawServer> {
    const server = new RawServer(answer);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#open.size;
  }

  /** What connections brought since the last time, each from the begin of a request on. */
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
      if (another !== undefined) capture.fault = 'a request before the last was answered';
      if (request === undefined) return;
      pending = pending.slice(request.end);
      this.arrivals += 1;
      this.#answer({ serial: this.arrivals, request, socket });
    });
    socket.once('close', () => {
      this.#closed.push(this.#open.get(socket)!);
      this.#open.delete(socket);
    });
  }
}
