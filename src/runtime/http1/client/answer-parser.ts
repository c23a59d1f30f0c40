import type { HeaderList } from '../../../http/headers.ts';
import { type BodyDecoder, LengthDecoder } from '../length-decoder.ts';
import { ChunkedDecoder, type ChunkedGrammar } from '../chunked-decoder.ts';
import { withoutSpaceBeforeColon } from '../fields.ts';
import { headText } from '../head-text.ts';
import { ProtocolError } from '../protocol-error.ts';
import { type Head, parseHead } from './answer-head.ts';

/** Told of an answer as it comes in. */
export interface AnswerListener {
  /** 1xx heads are reported as well; the final one follows. */
  head(head: Head): void;
  data(bytes: Buffer): void;
  /** The answer is whole. */
  end(trailers: HeaderList | null): void;
}

/** Most bytes of a head: above what servers send, below what hurts. */
const HEAD_LIMIT = 64 * 1024;

/** Most 1xx answers before the final one: more than anybody has to say, and not without end. */
const INTERIM_LIMIT = 32;

const GRAMMAR: ChunkedGrammar = {
  // Some servers pad the size with spaces.
  sizeLine: /^([\da-f]{1,13})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i,
  mended: withoutSpaceBeforeColon,
};

const EMPTY = Buffer.alloc(0);

type State = 'idle' | 'head' | 'body' | 'close' | 'switched';

/**
 * Reads answers from a byte stream cut anywhere. One parser serves one connection, one answer after
 * another.
 */
export class AnswerParser {
  readonly #listener: AnswerListener;
  #state: State = 'idle';
  #method = 'GET';
  #switches = false;
  /** Bytes that are not enough to go on with. */
  #rest: Buffer = EMPTY;
  readonly #data = (bytes: Buffer): void => this.#listener.data(bytes);
  readonly #length = new LengthDecoder(this.#data);
  #body: BodyDecoder = this.#length;
  /** 1xx answers to the present request. */
  #interim = 0;

  constructor(listener: AnswerListener) {
    this.#listener = listener;
  }

  /**
   * Gets ready for the answer to a request.
   *
   * @param switches whether the request asked for a WebSocket
   */
  expect(method: string, switches = false): void {
    this.#method = method;
    this.#switches = switches;
    this.#interim = 0;
    this.#state = 'head';
  }

  /**
   * @param bytes not kept; what `data` is told of is part of them
   * @throws ProtocolError when the bytes are no answer, or nobody asked for them
   */
  push(bytes: Buffer): void {
    let input = this.#rest.byteLength === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#rest = EMPTY;
    for (;;) {
      const used = this.#step(input);
      if (used === input.byteLength) return;
      if (used === 0) {
        this.#rest = Buffer.from(input);
        return;
      }
      input = input.subarray(used);
    }
  }

  /** The connection ended. True when that is where the answer ends, too. */
  close(): boolean {
    if (this.#state !== 'close') return false;
    this.#finish();
    return true;
  }

  /** The bytes behind the head of a switch, given away. */
  release(): Buffer {
    const rest = this.#rest;
    this.#rest = EMPTY;
    return rest;
  }

  /** Takes what it can from the start of `input` and says how much; 0 asks for more. */
  #step(input: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#head(input);
      case 'body':
        return this.#decode(input);
      case 'close':
        this.#listener.data(input);
        return input.byteLength;
      case 'switched':
        return 0;
      case 'idle':
        throw new ProtocolError('bytes that no request asked for');
    }
  }

  #head(input: Buffer): number {
    const text = headText(input, HEAD_LIMIT);
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) {
      if (input.byteLength > HEAD_LIMIT) throw new ProtocolError('a head over 64 KiB');
      return 0;
    }
    const head = parseHead(text, end, this.#method, this.#switches);
    // 101 ends HTTP on this connection; other 1xx precede the final answer (RFC 9110 section 15.2).
    if (head.status >= 200 || head.status === 101) this.#begin(head);
    else if (++this.#interim > INTERIM_LIMIT) throw new ProtocolError('too many 1xx answers');
    this.#listener.head(head);
    if (this.#state === 'idle') this.#listener.end(null);
    return end + 4;
  }

  #begin({ framing, named }: Head): void {
    switch (framing.kind) {
      case 'none':
        this.#state = 'idle';
        break;
      case 'length':
        this.#length.remaining = framing.length;
        this.#body = this.#length;
        this.#state = 'body';
        break;
      case 'chunked':
        this.#body = new ChunkedDecoder(GRAMMAR, named, this.#data);
        this.#state = 'body';
        break;
      case 'close':
      case 'switched':
        this.#state = framing.kind;
    }
  }

  #decode(input: Buffer): number {
    const body = this.#body;
    const used = body.step(input);
    if (body.done) this.#finish(body.trailers);
    return used;
  }

  #finish(trailers: HeaderList | null = null): void {
    this.#state = 'idle';
    this.#body = this.#length;
    this.#listener.end(trailers);
  }
}
