import { type HeaderList, joinedValue, nominated } from '../../http/fields.ts';
import {
  type BodyDecoder,
  ChunkedDecoder,
  ChunkedGrammar,
  LengthDecoder,
  type OnData,
} from '../body-decoder.ts';
import { Backlog, LineReader } from '../line-reader.ts';
import { headText } from '../fields.ts';
import { quoted } from '../../http/quoted.ts';
import { HEAD_LIMITS, type HeadLimits, MAX_FIELDS } from './limits.ts';
import { Http2Preface, RequestRefusal } from '../errors.ts';
import { FIELDS, FOREIGN_VERSION, REQUEST_HEAD, WHOLE_HEAD } from './request-grammar.ts';
import {
  parseRequestHead,
  type RequestHead,
  tooLongLine,
  tooManyFields,
} from './parse-request-head.ts';

/** Called with the parts of each request as they arrive. */
export interface RequestListener {
  head(head: RequestHead): void;
  /** @param wire bytes that the data took on the wire, its framing included */
  data(bytes: Buffer, wire: number): void;
  /** Called at the end of a body; not for a request without a body. */
  end(trailers: HeaderList | null): void;
}

/** Strict: no blanks around the size of a chunk, which other parsers may read differently. */
const CHUNKS = new ChunkedGrammar(false);

const EMPTY_LINE = [0x0d, 0x0a];

/** How a client of HTTP/2 begins (RFC 9113 section 3.4). */
const PREFACE = 'PRI * HTTP/2.0\r';

type State = 'head' | 'body' | 'whole';

/**
 * Parses the requests of one connection. The input may be split at any byte. Bytes behind a complete request are
 * buffered until `next()` is called.
 */
export class RequestParser {
  readonly #listener: RequestListener;
  readonly #limits: HeadLimits;
  #state: State = 'head';
  /** Collects a head that arrives in several reads, which is rare. */
  #partial: LineReader | null = null;
  /** Bytes read of an empty line before the head. */
  #skipped = 0;
  /** Bytes behind a complete request. */
  #behind: Backlog | null = null;
  readonly #data: OnData = (bytes, wire) => this.#listener.data(bytes, wire);
  readonly #length = new LengthDecoder(this.#data);
  /** `#length`, except while a chunked body arrives. */
  #body: BodyDecoder = this.#length;

  constructor(listener: RequestListener, limits: HeadLimits = HEAD_LIMITS) {
    this.#listener = listener;
    this.#limits = limits;
  }

  /** True from the last byte of a request to the call of `next()`. */
  get isComplete(): boolean {
    return this.#state === 'whole';
  }

  /** Bytes buffered: of an incomplete head, or behind a complete request. */
  get held(): number {
    return (this.#partial?.length ?? 0) + (this.#behind?.length ?? 0);
  }

  /** Bytes of the body that have not arrived yet; `Infinity` for a chunked body. */
  get remaining(): number {
    if (this.#state === 'whole') return 0;
    return this.#state === 'body' && this.#body === this.#length
      ? this.#length.remaining
      : Infinity;
  }

  /**
   * @param bytes not copied, and may be overwritten: the caller must not use them again
   * @throws ProtocolError
   */
  push(bytes: Buffer): void {
    if (this.#behind !== null) return this.#behind.add(bytes);
    const at = this.#run(bytes);
    if (at < bytes.byteLength) this.#behind = new Backlog(bytes.subarray(at));
  }

  /**
   * Begins the next request, with the buffered bytes.
   *
   * @throws ProtocolError
   */
  next(): void {
    this.#state = 'head';
    this.#skipped = 0;
    const behind = this.#behind;
    if (behind === null) return;
    behind.skip(this.#run(behind.bytes));
    if (behind.length === 0) this.#behind = null;
  }

  /** Removes and returns the bytes behind a complete request. */
  takeRest(): Buffer {
    const bytes = this.#behind?.bytes ?? Buffer.alloc(0);
    this.#behind = null;
    return bytes;
  }

  /** @returns the offset where it stopped: at the end of the input or of the request */
  #run(input: Buffer): number {
    let at = 0;
    while (at < input.byteLength && this.#state !== 'whole')
      at = this.#state === 'head' ? this.#head(input, at) : this.#decode(input, at);
    return at;
  }

  #head(input: Buffer, from: number): number {
    // One empty line before a request is ignored (RFC 9112 section 2.2).
    if (this.#partial === null && input[from] === EMPTY_LINE[this.#skipped]) {
      this.#skipped += 1;
      return from + 1;
    }
    if (this.#skipped === 1) throw new RequestRefusal(400, 'a bare CR');
    if (this.#partial !== null) return this.#part(input, from);
    // The usual case: the whole head is in this read.
    const text = headText(input, from, this.#limits.head);
    if (!WHOLE_HEAD.test(text)) return this.#part(input, from);
    const end = text.indexOf('\r\n\r\n');
    this.#begin(parseRequestHead(text, end, this.#limits.requestLine));
    return from + end + 4;
  }

  #part(input: Buffer, from: number): number {
    const lines = (this.#partial ??= new LineReader(REQUEST_HEAD, 'start', MAX_FIELDS));
    const limits = this.#limits;
    let at = lines.read(input, from, Math.min(limits.requestLine, limits.head + 3) + 1);
    if (lines.state < FIELDS && lines.length > limits.requestLine)
      throw tooLongLine(limits.requestLine);
    at = lines.read(input, at, limits.head + 4);
    if (lines.status === 'bad') throw this.#refusal(lines, input.subarray(at));
    if (lines.status === 'crowded') throw tooManyFields();
    if (lines.status === 'whole') {
      const { text } = lines;
      this.#partial = null;
      this.#begin(parseRequestHead(text, text.length - 4, limits.requestLine));
    } else if (lines.exceeds(limits.head)) {
      throw new RequestRefusal(431, `a head over ${limits.head} bytes`);
    }
    return at;
  }

  /** @param rest what was read behind the byte that the grammar does not allow */
  #refusal(lines: LineReader, rest: Buffer): RequestRefusal {
    const isPreface = lines.text === PREFACE && this.#skipped === 0;
    if (!isPreface) return refusalOf(lines);
    return new Http2Preface(Buffer.concat([Buffer.from(PREFACE), rest]));
  }

  #begin(head: RequestHead): void {
    const { framing } = head;
    this.#state = framing.kind === 'none' ? 'whole' : 'body';
    if (framing.kind === 'length') {
      this.#length.remaining = framing.length;
    } else if (framing.kind === 'chunked') {
      const named = nominated(joinedValue(head.headers, 'connection'));
      this.#body = new ChunkedDecoder(CHUNKS, named, this.#data);
    }
    this.#listener.head(head);
  }

  #decode(input: Buffer, from: number): number {
    const body = this.#body;
    const at = body.read(input, from);
    if (body.done) this.#finish(body.trailers);
    return at;
  }

  #finish(trailers: HeaderList | null = null): void {
    this.#state = 'whole';
    this.#body = this.#length;
    this.#listener.end(trailers);
  }
}

/** The refusal for a head with a byte that the grammar does not allow. */
function refusalOf({ state, text }: LineReader): RequestRefusal {
  // The grammar does not allow the target of CONNECT (`host:port`). `parseRequestHead` refuses it with 501, too.
  if (text.startsWith('CONNECT ')) return new RequestRefusal(501, 'CONNECT');
  if (state === FOREIGN_VERSION && text.endsWith('\r'))
    return new RequestRefusal(505, `another version of HTTP: ${quoted(text)}`);
  return new RequestRefusal(400, `not the head of an HTTP/1.1 request: ${quoted(text)}`);
}
