import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket, type TLSSocketOptions } from 'node:tls';

/**
 * Hands the bytes of a connection to a `TLSSocket` only while that is not paused. Deno's reads on from a socket that it has
 * for itself, and keeps all that comes: an upload to a server that does not read it, however long it is.
 */
export class GatedSocket extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.on('error', () => {}); // `close` follows.
    socket.once('close', () => this.destroy());
  }

  /** Begins TLS over a socket. */
  static secure(socket: Socket, options: TLSSocketOptions): TLSSocket {
    const gate = new GatedSocket(socket);
    const secured = new TLSSocket(gate as unknown as Socket, options);
    // Not before it has begun: a handshake that fails while it begins would end the process.
    setImmediate(() => {
      socket.once('end', () => gate.push(null)).on('data', (bytes: Buffer) => gate.push(bytes));
      secured.on('pause', () => socket.pause()).on('resume', () => socket.resume());
      if (secured.isPaused()) socket.pause();
    });
    secured.once('close', () => socket.destroy());
    return Object.defineProperty(secured, 'localPort', { value: socket.localPort });
  }

  /** Nothing to do: the socket flows while the `TLSSocket` does. */
  override _read(): void {}

  override _write(
    bytes: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
