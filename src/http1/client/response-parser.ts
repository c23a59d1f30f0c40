import type { HeaderList } from '../../http/fields.ts';
import { Backlog, LineReader } from '../line-reader.ts';
import {
  type BodyDecoder,
  ChunkedDecoder,
  ChunkedGrammar,
  LengthDecoder,
  type OnData,
  part,
} from '../body-decoder.ts';
import { headText, withoutSpaceBeforeColon } from '../fields.ts';
import { quoted } from '../../http/quoted.ts';
import { ProtocolError } from '../errors.ts';
import { RESPONSE_HEAD, WHOLE_HEAD } from './response-grammar.ts';
import { type ResponseHead, parseResponseHead } from './parse-response-head.ts';

/** Told of an answer as it comes in. */
export interface ResponseListener {
  /** 1xx heads are reported as well; the final one follows. */
  head(head: ResponseHead): void;
  /** @param wire bytes that it took on the wire, with what framed them */
  data(bytes: Buffer, wire: number): void;
  /** The answer is whole. */
  end(trailers: HeaderList | null): void;
}

/** Most bytes of a head, and of all 1xx answers before it: above what servers send, below what hurts. */
const HEAD_LIMIT_BYTES = 64 * 1024;

/** Most 1xx answers before the final one: more than anybody has to say, and not without end. */
const MOST_INTERIM = 32;

/** Some servers pad the size with spaces. */
const CHUNKS = new ChunkedGrammar(true);

type State = 'idle' | 'head' | 'body' | 'close' | 'upgraded';

/**
 * Reads answers from a byte stream cut anywhere. One parser serves one connection, one answer after
 * another.
 */
export class ResponseParser {
  readonly #listener: ResponseListener;
  #state: State = 'idle';
  #method = 'GET';
  #upgrade = false;
  /** A head that comes in parts, or has to be mended. */
  #partial: LineReader | null = null;
  /** What came behind a switch. */
  #behind: Backlog | null = null;
  readonly #data: OnData = (bytes, wire) => this.#listener.data(bytes, wire);
  readonly #length = new LengthDecoder(this.#data);
  #body: BodyDecoder = this.#length;
  /** 1xx answers to the present request, and bytes of them. */
  #interim = 0;
  #interimBytes = 0;

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  /**
   * Gets ready for the answer to a request.
   *
   * @param upgrade whether the request asked for a WebSocket
   */
  expect(method: string, upgrade = false): void {
    this.#method = method;
    this.#upgrade = upgrade;
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
    const bytes = this.#behind?.bytes ?? Buffer.alloc(0);
    this.#behind = null;
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
      case 'upgraded':
        this.#behind ??= new Backlog();
        this.#behind.add(input, from);
        return input.byteLength;
      case 'idle':
        throw new ProtocolError('bytes that no request asked for');
    }
  }

  #head(input: Buffer, from: number): number {
    if (this.#partial !== null) return this.#part(input, from);
    // Nearly all heads come in one piece, with nothing to be mended.
    const text = headText(input, from, HEAD_LIMIT_BYTES);
    if (!WHOLE_HEAD.test(text)) return this.#part(input, from);
    const end = text.indexOf('\r\n\r\n');
    this.#endHead(text, end, end + 4);
    return from + end + 4;
  }

  #part(input: Buffer, from: number): number {
    const lines = (this.#partial ??= new LineReader(RESPONSE_HEAD, 'start'));
    const at = lines.read(input, from, HEAD_LIMIT_BYTES + 4);
    if (lines.status === 'bad')
      throw new ProtocolError(`not the head of an HTTP/1.1 answer: ${quoted(lines.text)}`);
    if (lines.status === 'whole') {
      const { length } = lines;
      const text = mended(lines.text);
      this.#partial = null;
      this.#endHead(text, text.length - 4, length);
    } else if (lines.length === HEAD_LIMIT_BYTES + 4) {
      throw new ProtocolError('a head over 64 KiB');
    }
    return at;
  }

  /** @param wire bytes that it took on the wire */
  #endHead(text: string, end: number, wire: number): void {
    const head = parseResponseHead(text, end, this.#method, this.#upgrade);
    // 101 ends HTTP on this connection; other 1xx precede the final answer (RFC 9110 section 15.2).
    if (head.status >= 200 || head.status === 101) this.#begin(head);
    else this.#countInterim(wire);
    this.#listener.head(head);
    if (this.#state === 'idle') this.#listener.end(null);
  }

  #countInterim(wire: number): void {
    this.#interim += 1;
    this.#interimBytes += wire;
    if (this.#interim > MOST_INTERIM) throw new ProtocolError('too many 1xx answers');
    if (this.#interimBytes > HEAD_LIMIT_BYTES) throw new ProtocolError('1xx answers over 64 KiB');
  }

  #begin({ framing, named }: ResponseHead): void {
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
      case 'upgraded':
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
