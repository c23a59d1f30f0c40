import type { ClientHttp2Stream } from 'node:http2';
import { type BodySource, Upload } from '../../http/upload.ts';
import type { ExchangeTimers } from '../../http1/timers.ts';
import { fieldsOf } from '../fields.ts';
import type { Flusher } from '../flusher.ts';
import { STRIDE_BYTES } from './limits.ts';

/** Sends the body of a request at the pace of the server. */
export class BodySender {
  readonly #stream: ClientHttp2Stream;
  readonly #timers: ExchangeTimers;
  readonly #body: Uint8Array | Upload;
  readonly #flusher: Flusher | null;
  #reader: BodySource | null = null;
  #isStopped = false;
  /** Ends the wait for the server to take what was written. */
  #taken: (() => void) | null = null;

  /**
   * @param stream one that waits for trailers
   * @param flusher `null`: the runtime holds nothing back
   */
  constructor(
    stream: ClientHttp2Stream,
    timers: ExchangeTimers,
    body: Uint8Array | Upload,
    flusher: Flusher | null,
  ) {
    this.#stream = stream;
    this.#timers = timers;
    this.#body = body;
    this.#flusher = flusher;
    stream.once('wantTrailers', () => this.#sendTrailers());
  }

  /**
   * @returns true if the whole body was sent, false if it was stopped. Rejects if the body broke off, unless it was
   * stopped before
   */
  async run(): Promise<boolean> {
    try {
      if (this.#body instanceof Upload) await this.#upload(this.#body);
      else await this.#write(this.#body);
    } catch (error) {
      if (!this.#isStopped) throw error;
    }
    if (this.#isStopped) return false;
    if (this.#flusher === null) this.#stream.end();
    else this.#flusher.end(this.#stream);
    return true;
  }

  /** Stops: the server does not want the rest, or is gone. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#reader?.cancel();
    this.#taken?.();
  }

  async #upload(upload: Upload): Promise<void> {
    this.#reader = upload.reader();
    while (!this.#isStopped) {
      // We wait for the client now, so no timeout of the server runs.
      this.#timers.pause();
      const chunk = await this.#reader.read();
      if (chunk === null) break;
      await this.#write(chunk);
    }
    this.#reader = null;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength && !this.#isStopped; at += STRIDE_BYTES) {
      const piece = bytes.subarray(at, at + STRIDE_BYTES);
      const goesOn = this.#flusher?.write(this.#stream, piece) ?? this.#stream.write(piece);
      if (!goesOn) await this.#drained();
    }
  }

  #drained(): Promise<void> {
    this.#timers.awaitDrain(true);
    return new Promise((resolve) => {
      const taken = () => {
        this.#stream.off('drain', taken);
        this.#taken = null;
        this.#timers.awaitDrain(false);
        resolve();
      };
      this.#taken = taken;
      this.#stream.once('drain', taken);
    });
  }

  #sendTrailers(): void {
    const trailers = this.#body instanceof Upload ? this.#body.trailers : null;
    if (!this.#stream.closed) this.#stream.sendTrailers(fieldsOf(trailers ?? []));
  }
}
