import type { HeaderList } from '../../http/headers.ts';
import { Backlog } from '../backlog.ts';
import { ChunkedDecoder, ChunkedGrammar } from '../chunked-decoder.ts';
import { withoutSpaceBeforeColon } from '../fields.ts';
import { headText } from '../head-text.ts';
import { type BodyDecoder, LengthDecoder, type OnData, part } from '../length-decoder.ts';
import { LineReader } from '../line-reader.ts';
import { quoted } from '../../http/quoted.ts';
import { ProtocolError } from '../protocol-error.ts';
import { ANSWER_HEAD, WHOLE_HEAD } from './answer-grammar.ts';
import { type Head, parseHead } from './answer-head.ts';

/** Told of an answer as it comes in. */
export interface AnswerListener {
  /** 1xx heads are reported as well; the final one follows. */
  head(head: Head): void;
  /** @param wire bytes that it took on the wire, with what framed them */
  data(bytes: Buffer, wire: number): void;
  /** The answer is whole. */
  end(trailers: HeaderList | null): void;
}

/** Most bytes of a head, and of all 1xx answers before it: above what servers send, below what hurts. */
const HEAD_LIMIT = 64 * 1024;

/** Most 1xx answers before the final one: more than anybody has to say, and not without end. */
const INTERIM_LIMIT = 32;

/** Some servers pad the size with spaces. */
const CHUNKS = new ChunkedGrammar(true);

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
  /** A head that comes in parts, or has to be mended. */
  readonly #lines = new LineReader(ANSWER_HEAD, 'start');
  /** What came behind a switch. */
  readonly #behind = new Backlog();
  readonly #data: OnData = (bytes, wire) => this.#listener.data(bytes, wire);
  readonly #length = new LengthDecoder(this.#data);
  #body: BodyDecoder = this.#length;
  /** 1xx answers to the present request, and bytes of them. */
  #interim = 0;
  #interimBytes = 0;

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
    this.#interimBytes = 0;
    this.#state = 'head';
  }

  /**
   * @param bytes not kept, but it may write to them; what `data` is told of is part of them
   * @throws ProtocolError when the bytes are no answer, or nobody asked for them
   */
  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.byteLength;) at = this.#read(bytes, at);
  }

  /** The connection ended. True when that is where the answer ends, too. */
  close(): boolean {
    if (this.#state !== 'close') return false;
    this.#finish();
    return true;
  }

  /** The bytes behind the head of a switch, given away. */
  release(): Buffer {
    const { bytes } = this.#behind;
    this.#behind.clear();
    return bytes;
  }

  /** @returns where it stopped */
  #read(input: Buffer, from: number): number {
    switch (this.#state) {
      case 'head':
        return this.#head(input, from);
      case 'body':
        return this.#decode(input, from);
      case 'close':
        this.#data(part(input, from, input.byteLength), input.byteLength - from);
        return input.byteLength;
      case 'switched':
        this.#behind.add(input, from);
        return input.byteLength;
      case 'idle':
        throw new ProtocolError('bytes that no request asked for');
    }
  }

  #head(input: Buffer, from: number): number {
    if (this.#lines.length > 0) return this.#part(input, from);
    // Nearly all heads come in one piece, with nothing to be mended.
    const text = headText(input, from, HEAD_LIMIT);
    if (!WHOLE_HEAD.test(text)) return this.#part(input, from);
    const end = text.indexOf('\r\n\r\n');
    this.#answer(text, end, end + 4);
    return from + end + 4;
  }

  #part(input: Buffer, from: number): number {
    const lines = this.#lines;
    const at = lines.read(input, from, HEAD_LIMIT + 4);
    if (lines.status === 'bad')
      throw new ProtocolError(`not the head of an HTTP/1.1 answer: ${quoted(lines.text)}`);
    if (lines.status === 'whole') {
      const { length } = lines;
      const text = mended(lines.text);
      lines.reset();
      this.#answer(text, text.length - 4, length);
    } else if (lines.length === HEAD_LIMIT + 4) {
      throw new ProtocolError('a head over 64 KiB');
    }
    return at;
  }

  /** @param wire bytes that it took on the wire */
  #answer(text: string, end: number, wire: number): void {
    const head = parseHead(text, end, this.#method, this.#switches);
    // 101 ends HTTP on this connection; other 1xx precede the final answer (RFC 9110 section 15.2).
    if (head.status >= 200 || head.status === 101) this.#begin(head);
    else this.#countInterim(wire);
    this.#listener.head(head);
    if (this.#state === 'idle') this.#listener.end(null);
  }

  #countInterim(wire: number): void {
    this.#interim += 1;
    this.#interimBytes += wire;
    if (this.#interim > INTERIM_LIMIT) throw new ProtocolError('too many 1xx answers');
    if (this.#interimBytes > HEAD_LIMIT) throw new ProtocolError('1xx answers over 64 KiB');
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
        this.#body = new ChunkedDecoder(CHUNKS, named, this.#data);
        this.#state = 'body';
        break;
      case 'close':
      case 'switched':
        this.#state = framing.kind;
    }
  }

  #decode(input: Buffer, from: number): number {
    const body = this.#body;
    const at = body.read(input, from);
    if (body.done) this.#finish(body.trailers);
    return at;
  }

  #finish(trailers: HeaderList | null = null): void {
    this.#state = 'idle';
    this.#body = this.#length;
    this.#listener.end(trailers);
  }
}

/** As it should have been sent, when it was read to its end. */
function mended(head: string): string {
  return withoutSpaceBeforeColon(head.replace(/\r?\n/g, '\r\n'));
}
