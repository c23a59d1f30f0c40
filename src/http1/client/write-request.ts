import type { Socket } from 'node:net';
import type { Outbound } from '../../http/messages.ts';
import type { BodySource, Upload } from '../../http/upload.ts';
import { lastChunk, ONE_PIECE_BYTES, writeChunk } from '../body-writer.ts';
import type { ExchangeTimers } from '../timers.ts';

/** Told how far a request has got. */
export interface RequestWriterListener extends LastWordsListener {
  /** All of it was written. */
  written(): void;
  /** The client left half-way. */
  brokeOff(error: unknown): void;
}

/** Writes requests to a connection, one after another. */
export class RequestWriter {
  /** No byte of the present one was written yet. */
  unsent = true;
  /** All of it was. */
  sent = false;
  readonly #socket: Socket;
  readonly #timers: ExchangeTimers;
  /** Whether pieces that are written together get to the system in one call. */
  readonly #gathers: boolean;
  readonly #listener: RequestWriterListener;
  #uploading: Uploading | null = null;
  #hearsLastWords = false;

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

  /** True when the system has taken all of it: nothing is left that could still fail. */
  get isTaken(): boolean {
    return this.sent && this.#socket.writableLength === 0;
  }

  /** There is another to come. */
  begin(): void {
    this.unsent = true;
    this.sent = false;
  }

  /** @throws TypeError when it could not stand in a request */
  write(request: Outbound): void {
    const { head, framing } = writeRequestHead(request);
    const { body } = request;
    this.unsent = false;
    if (isLong(body) && !this.#hearsLastWords) {
      this.#hearsLastWords = true;
      hearLastWords(this.#socket, this.#listener);
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

  /** The server wants no more of it, or is gone. */
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

/** How the body of a request is marked. */
export type BodyFraming = 'none' | 'length' | 'chunked';

/** Control characters, spaces and anything that is no byte would break the request line. */
// oxlint-disable-next-line no-control-regex
const NOT_IN_TARGET = /[^\x21-\x7e\x80-\xff]/;

/**
 * The head of a request, one character per byte, up to and including the empty line.
 *
 * @throws TypeError when method or target could not stand in a request line
 */
export function writeRequestHead({ method, target, headers, body }: Outbound): {
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
      // Bytes have the length they have, whatever the client said of its own body.
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
  /** Whether the system gets the pieces of a chunk in one call. */
  readonly gathers: boolean;
}

/** A body on its way to a server. */
export class Uploading {
  readonly #socket: Socket;
  readonly #timers: ExchangeTimers;
  readonly #upload: Upload;
  readonly #reader: BodySource;
  readonly #chunked: boolean;
  readonly #onePiece: number;
  #stopped = false;
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
   * Passes it on as it comes: the next chunk is asked for when the server took the last.
   *
   * @returns whether all of it was written: not when it was stopped. Rejects when the client left
   * half-way, unless it was stopped before
   */
  async run(): Promise<boolean> {
    try {
      for (;;) {
        // While the client takes its time, nobody owes us anything.
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

  /** The server wants no more of it, or is gone. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#reader.cancel();
    this.#taken?.();
  }

  /** Resolves when the server has taken what was written, or will take nothing more. */
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

/** Told of a socket to which nothing can be written any more. */
export interface LastWordsListener {
  read(bytes: Buffer): void;
  /** What the server said before may still be there. */
  writeFailed(error: Error): void;
  /** It has all been read, to the end of what the server sent: it closed its side. */
  readToEnd(): void;
}

/** Bytes of a body that the system mostly takes at once: then no write is left that could fail. */
const SHORT_BYTES = 16 * 1024;

/** Whether the server may answer and close before it has taken all of a body. */
export function isLong(body: Outbound['body']): boolean {
  return body !== null && !(body instanceof Uint8Array && body.byteLength <= SHORT_BYTES);
}

/**
 * Goes on reading from a socket after a write to it has failed. A server that does not want the rest of a
 * body answers and closes; its system resets what still comes, and the next write fails, while
 * the answer is here already and unread. All runtimes destroy a socket at once then, and its stream drops
 * what is read behind an error. So the destruction is put off, and what is read bypasses the stream.
 */
export function hearLastWords(socket: Socket, listener: LastWordsListener): void {
  const { destroy } = socket;
  let failed = false;
  socket.destroy = (error?: (Error & { readonly syscall?: string }) | null) => {
    // More writes may fail than one. Reading ends with the end, or with the next look in which nothing came.
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
