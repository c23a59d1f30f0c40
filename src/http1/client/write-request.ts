import type { Socket } from 'node:net';
import type { Outbound } from '../../http/messages.ts';
import type { BodySource, Upload } from '../../http/upload.ts';
import { lastChunk, ONE_PIECE_BYTES, writeChunk } from '../body-writer.ts';
import type { ExchangeTimers } from '../timers.ts';

/** Called with the progress of a request. */
export interface RequestWriterListener extends WriteErrorListener {
  /** The whole request was written. */
  written(): void;
  /** The body broke off, since the client left. */
  brokeOff(error: unknown): void;
}

/** Writes requests to a connection, one after another. */
export class RequestWriter {
  /** True while no byte of the current request was written. */
  unsent = true;
  /** True once the current request was written to its last byte. */
  sent = false;
  readonly #socket: Socket;
  readonly #timers: ExchangeTimers;
  /** Whether buffers that are written together reach the system in one call. */
  readonly #gathers: boolean;
  readonly #listener: RequestWriterListener;
  #uploading: Uploading | null = null;
  #readsAfterWriteError = false;

  constructor(
    socket: Socket,
    timers: ExchangeTimers,
    gathers: boolean,
    listener: RequestWriterListener,
  ) {
    this.#socket = socket;
    this.#timers = timers;
    this.#gathers = gathers;
    this.#listener = listener;
  }

  /** True once the system has taken the whole request: no write can fail any more. */
  get isTaken(): boolean {
    return this.sent && this.#socket.writableLength === 0;
  }

  /** To be called before each request but the first. */
  begin(): void {
    this.unsent = true;
    this.sent = false;
  }

  /** @throws TypeError if method or target are not valid in a request line */
  write(request: Outbound): void {
    const { head, framing } = writeRequestHead(request);
    const { body } = request;
    this.unsent = false;
    if (isLong(body) && !this.#readsAfterWriteError) {
      this.#readsAfterWriteError = true;
      keepReadingAfterWriteError(this.#socket, this.#listener);
    }
    if (body === null) {
      this.#socket.write(head, 'latin1');
      this.#written();
    } else if (body instanceof Uint8Array) {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
      this.#written();
    } else {
      this.#socket.write(head, 'latin1');
      const options = { chunked: framing === 'chunked', gathers: this.#gathers };
      void this.#upload(new Uploading(this.#socket, this.#timers, body, options));
    }
  }

  /** Stops writing the body: the server does not want the rest, or is gone. */
  stop(): void {
    this.#uploading?.stop();
    this.#uploading = null;
  }

  async #upload(uploading: Uploading): Promise<void> {
    this.#uploading = uploading;
    try {
      if (await uploading.run()) this.#written();
    } catch (error) {
      this.#listener.brokeOff(error);
    }
  }

  #written(): void {
    this.#uploading = null;
    this.sent = true;
    this.#listener.written();
  }
}

/** The framing of a request's body. */
export type BodyFraming = 'none' | 'length' | 'chunked';

/** Characters that would break the request line: control characters, spaces, and any above one byte. */
// oxlint-disable-next-line no-control-regex
const NOT_IN_TARGET = /[^\x21-\x7e\x80-\xff]/;

/**
 * The head of a request with its empty line, one character per byte.
 *
 * @throws TypeError if method or target are not valid in a request line
 */
function writeRequestHead({ method, target, headers, body }: Outbound): {
  head: string;
  framing: BodyFraming;
} {
  if (NOT_IN_TARGET.test(target) || NOT_IN_TARGET.test(method)) {
    throw new TypeError('a method or target that cannot stand in a request line');
  }
  let head = `${method} ${target} HTTP/1.1\r\n`;
  let hasLength = false;
  for (let i = 0; i < headers.length; i += 2) {
    const field = headers[i]!;
    if (field.length === 14 && field.toLowerCase() === 'content-length') {
      hasLength = true;
      // A buffered body may differ from the client's: its own length counts.
      if (body instanceof Uint8Array && Number(headers[i + 1]) !== body.byteLength) {
        head += `${field}: ${body.byteLength}\r\n`;
        continue;
      }
    }
    head += `${field}: ${headers[i + 1]!}\r\n`;
  }
  if (body === null) return { head: `${head}\r\n`, framing: 'none' };
  if (body instanceof Uint8Array && !hasLength) {
    return { head: `${head}Content-Length: ${body.byteLength}\r\n\r\n`, framing: 'length' };
  }
  if (hasLength) return { head: `${head}\r\n`, framing: 'length' };
  return { head: `${head}Transfer-Encoding: chunked\r\n\r\n`, framing: 'chunked' };
}

export interface UploadingOptions {
  readonly chunked: boolean;
  /** Whether the buffers of a chunk reach the system in one call. */
  readonly gathers: boolean;
}

/** A streamed request body in flight. */
class Uploading {
  readonly #socket: Socket;
  readonly #timers: ExchangeTimers;
  readonly #upload: Upload;
  readonly #reader: BodySource;
  readonly #chunked: boolean;
  /** Bytes up to which a chunk is copied into one buffer with its framing. */
  readonly #onePiece: number;
  #stopped = false;
  /** Ends the pending wait for `drain`. */
  #taken: (() => void) | null = null;

  constructor(socket: Socket, timers: ExchangeTimers, upload: Upload, options: UploadingOptions) {
    this.#socket = socket;
    this.#timers = timers;
    this.#upload = upload;
    this.#reader = upload.reader();
    this.#chunked = options.chunked;
    this.#onePiece = options.gathers ? ONE_PIECE_BYTES : Infinity;
  }

  /**
   * Writes the body as it arrives. The next chunk is read once the server has taken the one before.
   *
   * @returns true if the whole body was written, false if it was stopped. Rejects if the body broke off, unless it was
   * stopped before
   */
  async run(): Promise<boolean> {
    try {
      for (;;) {
        // We wait for the client now, so no timeout of the server runs.
        this.#timers.pause();
        const chunk = await this.#reader.read();
        if (this.#stopped) return false;
        if (chunk === null) break;
        if (writeChunk(this.#socket, chunk, this.#chunked, this.#onePiece)) continue;
        await this.#drained();
        if (this.#stopped) return false;
      }
    } catch (error) {
      if (this.#stopped) return false;
      throw error;
    }
    if (this.#chunked) this.#socket.write(lastChunk(this.#upload.trailers), 'latin1');
    return true;
  }

  /** Stops: the server does not want the rest, or is gone. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#reader.cancel();
    this.#taken?.();
  }

  /** Resolves when the server has taken what was written, or on `stop`. */
  #drained(): Promise<void> {
    this.#timers.awaitDrain(true);
    return new Promise((resolve) => {
      const taken = () => {
        this.#socket.off('drain', taken);
        this.#taken = null;
        this.#timers.awaitDrain(false);
        resolve();
      };
      this.#taken = taken;
      this.#socket.once('drain', taken);
    });
  }
}

/** Gets what arrives on a socket after a write to it has failed. */
export interface WriteErrorListener {
  read(bytes: Buffer): void;
  /** A write failed. What the server sent before may still arrive. */
  writeFailed(error: Error): void;
  /** The server's half has ended, and everything was read. */
  readToEnd(): void;
}

/** Up to this many bytes, the system usually takes a body in one write: then no later write can fail. */
const SHORT_BYTES = 16 * 1024;

/** Whether a body is so long that the server may respond and close before it has read all of it. */
export function isLong(body: Outbound['body']): boolean {
  return body !== null && !(body instanceof Uint8Array && body.byteLength <= SHORT_BYTES);
}

/**
 * Keeps a socket readable after a write to it has failed. A server that does not want the rest of a body responds and
 * closes; its system resets the connection when more of the body arrives, and our next write fails although the
 * response has arrived and is unread. All runtimes destroy a socket when a write fails, and its stream drops what is
 * read after an error. So the destruction is postponed, and what is read bypasses the stream.
 */
function keepReadingAfterWriteError(socket: Socket, listener: WriteErrorListener): void {
  const { destroy } = socket;
  let failed = false;
  socket.destroy = (error?: (Error & { readonly syscall?: string }) | null) => {
    // Further failed writes are ignored. Reading ends with the server's half, or when a fence brings no more bytes.
    if (failed && error) return socket;
    if (error?.syscall !== 'write') return destroy.call(socket, error ?? undefined);
    failed = true;
    for (let held: Buffer | null; (held = socket.read() as Buffer | null) !== null;)
      listener.read(held);
    socket.push = (bytes: Buffer | null) => {
      if (bytes === null) listener.readToEnd();
      else listener.read(bytes);
      return true;
    };
    listener.writeFailed(error);
    return socket;
  };
}
