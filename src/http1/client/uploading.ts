import type { Socket } from 'node:net';
import type { BodySource, Upload } from '../../http/upload.ts';
import { lastChunk, ONE_PIECE, writeChunk } from '../body-writer.ts';
import type { Patience } from './patience.ts';

export interface UploadingOptions {
  readonly chunked: boolean;
  /** Whether the system gets the pieces of a chunk in one call. */
  readonly gathers: boolean;
}

/** A body on its way to a server. */
export class Uploading {
  readonly #socket: Socket;
  readonly #patience: Patience;
  readonly #upload: Upload;
  readonly #reader: BodySource;
  readonly #chunked: boolean;
  readonly #onePiece: number;
  #stopped = false;
  #taken: (() => void) | null = null;

  constructor(socket: Socket, patience: Patience, upload: Upload, options: UploadingOptions) {
    this.#socket = socket;
    this.#patience = patience;
    this.#upload = upload;
    this.#reader = upload.reader();
    this.#chunked = options.chunked;
    this.#onePiece = options.gathers ? ONE_PIECE : Infinity;
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
        this.#patience.rest();
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
    this.#patience.untaken(true);
    return new Promise((resolve) => {
      const taken = () => {
        this.#socket.off('drain', taken);
        this.#taken = null;
        this.#patience.untaken(false);
        resolve();
      };
      this.#taken = taken;
      this.#socket.once('drain', taken);
    });
  }
}
