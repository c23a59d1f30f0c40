import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect, TLSSocket, type TLSSocketOptions } from 'node:tls';
import type { BeginTls } from '../../http1/client/dial.ts';

/**
 * Hands the bytes of a connection to a `TLSSocket` only while that is not paused. Deno's reads on from a socket that it has
 * for itself, and keeps all that comes: an upload to a server that does not read it, or a response to a client that does not,
 * however long it is.
 */
export class GatedSocket extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.on('error', () => {}); // `close` follows.
    // What has arrived before is still read.
    socket.once('close', () => this.push(null));
  }

  /** Begins TLS over a socket, as a server. */
  static secure(socket: Socket, options: TLSSocketOptions): TLSSocket {
    const gate = new GatedSocket(socket);
    const secured = new TLSSocket(gate as unknown as Socket, options);
    gate.#openWith(secured);
    return Object.defineProperty(secured, 'localPort', { value: socket.localPort });
  }

  /** Begins TLS over a socket, as a client. */
  static readonly connect: BeginTls = (socket, options) => {
    const gate = new GatedSocket(socket);
    const secured = connect({ ...options, socket: gate });
    gate.#openWith(secured);
    gate.#readOnAfterWriteError();
    return secured;
  };

  #openWith(secured: TLSSocket): void {
    const socket = this.#socket;
    // Not before it has begun: a handshake that fails while it begins would end the process.
    setImmediate(() => {
      socket.once('end', () => this.push(null)).on('data', (bytes: Buffer) => this.push(bytes));
      secured.on('pause', () => socket.pause()).on('resume', () => socket.resume());
      if (secured.isPaused()) socket.pause();
    });
    secured.once('close', () => socket.destroy());
  }

  /**
   * A server that does not want the rest of a body responds and closes. Our next write fails then, and would destroy the
   * socket with the response unread; see `write-request.ts`, which does the same without a gate.
   */
  #readOnAfterWriteError(): void {
    const socket = this.#socket;
    const { destroy } = socket;
    socket.destroy = (error?: (Error & { readonly syscall?: string }) | null) => {
      if (error?.syscall !== 'write') return destroy.call(socket, error ?? undefined);
      for (let held: Buffer | null; (held = socket.read() as Buffer | null) !== null;)
        this.push(held);
      socket.push = (bytes: Buffer | null) => this.push(bytes);
      return socket;
    };
  }

  /** Nothing to do: the socket flows while the `TLSSocket` does. */
  override _read(): void {}

  /** That it failed is known by the end of the socket. */
  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#socket.write(bytes, () => done());
  }

  override _final(done: () => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
