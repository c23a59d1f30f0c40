import { type HeaderList, joinedValue } from '../../../http/headers.ts';
import { nominated } from '../../../http/hop-by-hop.ts';
import { type BodyDecoder, LengthDecoder } from '../length-decoder.ts';
import { ChunkedDecoder, type ChunkedGrammar } from '../chunked-decoder.ts';
import { headText } from '../head-text.ts';
import { HEAD_LIMIT, REQUEST_LINE_LIMIT } from './limits.ts';
import { Refusal } from './refusal.ts';
import { parseRequestHead, type RequestHead } from './request-head.ts';

/** Told of a request as it comes in. */
export interface RequestListener {
  head(head: RequestHead): void;
  data(bytes: Buffer): void;
  /** A body is whole. Not told of requests without one. */
  end(trailers: HeaderList | null): void;
}

/** No whitespace around the size, which others may read differently. */
const GRAMMAR: ChunkedGrammar = {
  sizeLine: /^([\da-f]{1,13})(?:;[\t\x20-\x7e\x80-\xff]*)?$/i,
};

/** What no head can begin with or hold, as far as it is here: no need to wait for its end. */
const NO_HEAD = /^[^!#$%&'*+\-.^_`|~\w]|(?:^|[^\r])\n|\r[^\n]|\0/;

const EMPTY = Buffer.alloc(0);
const CR = 0x0d;
const LF = 0x0a;

type State = 'head' | 'body' | 'whole';

/**
 * Reads requests from a byte stream cut anywhere. What comes behind a whole request is kept until
 * `next()` asks for it.
 */
export class RequestParser {
  readonly #listener: RequestListener;
  #state: State = 'head';
  /** Bytes that are not enough to go on with, or belong to the next request. */
  #rest: Buffer = EMPTY;
  /** Bytes of `rest` that are known not to hold the end of a head. */
  #searched = 0;
  #skippedLine = false;
  readonly #data = (bytes: Buffer): void => this.#listener.data(bytes);
  readonly #length = new LengthDecoder(this.#data);
  #body: BodyDecoder = this.#length;

  constructor(listener: RequestListener) {
    this.#listener = listener;
  }

  /** True from a request's end to `next()`. */
  get whole(): boolean {
    return this.#state === 'whole';
  }

  /** Bytes that have not been read yet: of a head under way, or behind a whole request. */
  get held(): number {
    return this.#rest.byteLength;
  }

  /** Bytes of the body that are still to come; `Infinity` where only the last chunk will tell. */
  get remaining(): number {
    if (this.#state === 'whole') return 0;
    return this.#state === 'body' && this.#body === this.#length
      ? this.#length.remaining
      : Infinity;
  }

  /** @throws ProtocolError */
  push(bytes: Buffer): void {
    this.#rest = this.#rest.byteLength === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#run();
  }

  /**
   * Goes on to the next request.
   *
   * @throws ProtocolError
   */
  next(): void {
    this.#state = 'head';
    this.#searched = 0;
    this.#skippedLine = false;
    this.#run();
  }

  /** The bytes that have not been read, given away. */
  release(): Buffer {
    const rest = this.#rest;
    this.#rest = EMPTY;
    return rest;
  }

  #run(): void {
    while (this.#rest.byteLength > 0) {
      const used = this.#step(this.#rest);
      if (used === 0) return;
      this.#rest = used === this.#rest.byteLength ? EMPTY : this.#rest.subarray(used);
    }
  }

  /** Takes what it can from the start of `input` and says how much; 0 asks for more, or for `next()`. */
  #step(input: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#head(input);
      case 'body':
        return this.#decode(input);
      case 'whole':
        return 0;
    }
  }

  #head(input: Buffer): number {
    // One empty line before a request is forgiven (RFC 9112 section 2.2).
    if (input[0] === CR && !this.#skippedLine) {
      if (input.byteLength === 1) return 0;
      if (input[1] !== LF) throw new Refusal(400, 'a bare CR');
      this.#skippedLine = true;
      return 2;
    }
    const text = headText(input, HEAD_LIMIT);
    const end = text.indexOf('\r\n\r\n', this.#searched);
    if (end === -1) {
      refuseEarly(text);
      this.#searched = Math.max(0, text.length - 3);
      return 0;
    }
    const head = parseRequestHead(text, end);
    const { framing } = head;
    if (framing.kind === 'length') {
      this.#length.remaining = framing.length;
      this.#body = this.#length;
      this.#state = 'body';
    } else if (framing.kind === 'chunked') {
      const named = nominated(joinedValue(head.headers, 'connection'));
      this.#body = new ChunkedDecoder(GRAMMAR, named, this.#data);
      this.#state = 'body';
    } else {
      this.#state = 'whole';
    }
    this.#listener.head(head);
    return end + 4;
  }

  #decode(input: Buffer): number {
    const body = this.#body;
    const used = body.step(input);
    if (body.done) this.#finish(body.trailers);
    return used;
  }

  #finish(trailers: HeaderList | null = null): void {
    this.#state = 'whole';
    this.#body = this.#length;
    this.#listener.end(trailers);
  }
}

/** @throws Refusal when more bytes could not make a head of this */
function refuseEarly(text: string): void {
  const lineEnd = text.indexOf('\r\n');
  if ((lineEnd === -1 ? text.length : lineEnd) > REQUEST_LINE_LIMIT)
    throw new Refusal(414, 'a request line over 8 KiB');
  if (NO_HEAD.test(text)) throw new Refusal(400, 'not the head of a request');
  if (text.length === HEAD_LIMIT + 4) throw new Refusal(431, 'a head over 32 KiB');
}
