import {
  constants,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
  type ServerStreamResponseOptions,
} from 'node:http2';
import type { HeaderList } from '../../http/fields.ts';
import type { Interim } from '../../http/messages.ts';
import type { BodySource } from '../../http/upload.ts';
import { BodyPipe } from '../../http1/body-pipe.ts';
import { parseFieldLines } from '../../http1/fields.ts';
import { type Framing, outgoingFraming } from '../../http1/framing.ts';
import type { ServerRequest } from '../../http1/server/request.ts';
import type { OutgoingResponse } from '../../http1/server/write-response.ts';
import { Deadline } from '../../http1/timers.ts';
import { fieldsOf } from '../fields.ts';
import type { Flusher } from '../flusher.ts';

/** Most bytes of one write: a slow client has taken each of them within its time, whatever the size of a chunk. */
const STRIDE_BYTES = 64 * 1024;

/** Writes the response to one stream. */
export class ResponseWriter {
  readonly #stream: ServerHttp2Stream;
  readonly #timeoutMs: number;
  readonly #deadline: Deadline;
  readonly #flusher: Flusher | null;
  /** Set once the whole body was passed on: only then the response may end. */
  #trailers: HeaderList | null = null;

  /**
   * @param notTaken called when the client has not taken what was written within `timeoutMs`
   * @param flusher `null`: the runtime holds nothing back
   */
  constructor(
    stream: ServerHttp2Stream,
    timeoutMs: number,
    notTaken: () => void,
    flusher: Flusher | null,
  ) {
    this.#stream = stream;
    this.#flusher = flusher;
    this.#timeoutMs = timeoutMs;
    this.#deadline = new Deadline(notTaken);
  }

  /**
   * Writes a response: at once if all of it has arrived, else as it arrives and at the client's pace.
   *
   * @returns a promise that rejects if the body breaks off, or does not have the length that its head states
   */
  async write(
    response: OutgoingResponse,
    request: Pick<ServerRequest, 'method' | 'http11'>,
  ): Promise<void> {
    const { body } = response;
    const framing = outgoingFraming(response, request);
    if (body === null || framing.kind === 'none') {
      body?.cancel();
      if (framing.kind === 'length' && framing.length !== 0) throw wrongLength();
      return this.#head(response, { endStream: true });
    }
    if (!(body instanceof BodyPipe)) {
      this.#head(response, { waitForTrailers: true });
      return this.#pump(body, framing, 0);
    }
    const { complete } = body;
    const chunks = body.drain();
    if (complete && chunks.length === 0 && body.trailers === null && framing.kind === 'chunked')
      return this.#head(response, { endStream: true });
    this.#head(response, { waitForTrailers: true });
    let written = 0;
    for (const chunk of chunks) {
      written += chunk.byteLength;
      await this.#chunk(chunk);
    }
    return this.#pump(body, framing, written);
  }

  dispose(): void {
    this.#deadline.dispose();
  }

  /**
   * @param options `waitForTrailers` for every response with a body, whether or not there will be trailers: without it, a
   * stream that is closed with an error first gets a proper end
   */
  #head(response: OutgoingResponse, options: ServerStreamResponseOptions): void {
    const stream = this.#stream;
    stream.respond(responseFields(response), { ...options, sendDate: false } as typeof options);
    if (options.waitForTrailers === true)
      stream.once('wantTrailers', () => {
        if (this.#trailers !== null && !stream.closed)
          stream.sendTrailers(fieldsOf(this.#trailers));
      });
  }

  async #pump(body: BodySource, framing: Framing, begun: number): Promise<void> {
    let left = framing.kind === 'length' ? framing.length - begun : Infinity;
    for (let chunk = await body.read(); chunk !== null; chunk = await body.read()) {
      left -= chunk.byteLength;
      if (left < 0) throw wrongLength();
      await this.#chunk(chunk);
    }
    if (framing.kind === 'length' && left !== 0) throw wrongLength();
    this.#trailers = body.trailers ?? [];
    if (this.#flusher === null) this.#stream.end();
    else this.#flusher.end(this.#stream);
  }

  /** Writes a chunk, and waits if the client has much to take. */
  async #chunk(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength; at += STRIDE_BYTES) {
      const piece = chunk.subarray(at, at + STRIDE_BYTES);
      const goesOn = this.#flusher?.write(this.#stream, piece) ?? this.#stream.write(piece);
      if (!goesOn) await this.#drained();
    }
  }

  /** Resolves when the client has taken what was written, or the stream is closed. */
  #drained(): Promise<void> {
    const stream = this.#stream;
    this.#deadline.set(this.#timeoutMs);
    return new Promise((resolve) => {
      const done = () => {
        stream.off('drain', done);
        stream.off('close', done);
        this.#deadline.clear();
        resolve();
      };
      stream.once('drain', done);
      stream.once('close', done);
    });
  }
}

function wrongLength(): Error {
  return new Error('a body of another length than its head says');
}

/** The fields of an interim response (RFC 9113 section 8.1). */
export function interimFields({ status, headers }: Interim): OutgoingHttpHeaders {
  return { [constants.HTTP2_HEADER_STATUS]: status, ...fieldsOf(headers) };
}

function responseFields({ status, lines }: OutgoingResponse): OutgoingHttpHeaders {
  return { [constants.HTTP2_HEADER_STATUS]: status, ...fieldsOf(parseFieldLines(lines)) };
}
