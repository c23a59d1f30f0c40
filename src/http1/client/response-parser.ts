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
import { MAX_FIELDS, type ResponseHead, parseResponseHead } from './parse-response-head.ts';

/** Called with the parts of each response as they arrive. */
export interface ResponseListener {
  /** Called for each 1xx response as well; the final head follows. */
  head(head: ResponseHead): void;
  /** @param wire bytes that the data took on the wire, its framing included */
  data(bytes: Buffer, wire: number): void;
  /** Called after the last byte of each response, also without a body. */
  end(trailers: HeaderList | null): void;
}

/** Most bytes of a head, and of all interim responses before it: more than servers send, few enough to do no harm. */
const HEAD_LIMIT_BYTES = 64 * 1024;

/** Most interim responses before the final one: more than any server needs. */
const MAX_INTERIM = 32;

/** The end of a head: the CRLF of its last line, and the empty line. */
const END_BYTES = 4;

/** Offsets of the status in a head. */
const STATUS = { start: 'HTTP/1.1 '.length, end: 'HTTP/1.1 200'.length };

/** Lenient: some servers pad the size of a chunk with spaces. */
const CHUNKS = new ChunkedGrammar(true);

type State = 'idle' | 'head' | 'body' | 'close' | 'upgraded';

/** Parses the responses of one connection, one after another. The input may be split at any byte. */
export class ResponseParser {
  readonly #listener: ResponseListener;
  #state: State = 'idle';
  #method = 'GET';
  #upgrade = false;
  /** Collects a head that arrives in several reads, or is valid only with leniency. */
  #partial: LineReader | null = null;
  /** The status in `#partial`, which decides how long it may be; less than that before its last digit. */
  #status = 0;
  /** Bytes behind the head of a 101. */
  #behind: Backlog | null = null;
  readonly #data: OnData = (bytes, wire) => this.#listener.data(bytes, wire);
  readonly #length = new LengthDecoder(this.#data);
  #body: BodyDecoder = this.#length;
  /** Interim responses to the current request, and their bytes. */
  #interim = 0;
  #interimBytes = 0;

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  /**
   * Expects the response to a request. Without this call, any byte is an error.
   *
   * @param method method of the request: a response to HEAD has no body
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
   * @param bytes not kept, but may be overwritten. What `data` gets is part of them
   * @throws ProtocolError if the bytes are not a valid response, or no request expects one
   */
  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.byteLength;) at = this.#read(bytes, at);
  }

  /** To be called when the server has closed its half. True if that is the end of a response. */
  close(): boolean {
    if (this.#state !== 'close') return false;
    this.#finish();
    return true;
  }

  /** Removes and returns the bytes behind the head of a 101. */
  takeRest(): Buffer {
    const bytes = this.#behind?.bytes ?? Buffer.alloc(0);
    this.#behind = null;
    return bytes;
  }

  /** @returns the offset of the first byte that was not read */
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
    // The usual case: the whole head is in this read, and strictly valid.
    const text = headText(input, from, HEAD_LIMIT_BYTES);
    if (!WHOLE_HEAD.test(text)) return this.#part(input, from);
    const end = text.indexOf('\r\n\r\n');
    this.#endHead(text, end, end + 4);
    return from + end + 4;
  }

  #part(input: Buffer, from: number): number {
    const lines = (this.#partial ??= new LineReader(RESPONSE_HEAD, 'start', MAX_FIELDS));
    let at = from;
    if (lines.length < STATUS.end) {
      at = lines.read(input, from, STATUS.end);
      this.#status = Number(lines.slice(STATUS.start, STATUS.end));
    }
    const limit = this.#limit(this.#status);
    at = lines.read(input, at, limit + END_BYTES);
    if (lines.status === 'bad')
      throw new ProtocolError(`not the head of an HTTP/1.1 response: ${quoted(lines.text)}`);
    if (lines.status === 'crowded') throw new ProtocolError('too many fields');
    if (lines.status === 'whole') {
      const { length } = lines;
      const text = normalized(lines.text);
      this.#partial = null;
      this.#endHead(text, text.length - 4, length);
    } else if (lines.exceeds(limit)) {
      throw tooLong(this.#status);
    }
    return at;
  }

  /** @param wire bytes of the head on the wire */
  #endHead(text: string, end: number, wire: number): void {
    const head = parseResponseHead(text, end, this.#method, this.#upgrade);
    if (wire > this.#limit(head.status) + END_BYTES) throw tooLong(head.status);
    if (isInterim(head.status)) {
      this.#interim += 1;
      this.#interimBytes += wire;
    } else this.#begin(head);
    this.#listener.head(head);
    if (this.#state === 'idle') this.#listener.end(null);
  }

  /** Most bytes of a head with this status, without its end. */
  #limit(status: number): number {
    if (!isInterim(status)) return HEAD_LIMIT_BYTES;
    if (this.#interim === MAX_INTERIM) throw new ProtocolError('too many 1xx responses');
    return HEAD_LIMIT_BYTES - this.#interimBytes - END_BYTES;
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

/** 101 is final; all other 1xx precede the final response (RFC 9110 section 15.2). */
function isInterim(status: number): boolean {
  return status >= 100 && status < 200 && status !== 101;
}

function tooLong(status: number): ProtocolError {
  return new ProtocolError(isInterim(status) ? '1xx responses over 64 KiB' : 'a head over 64 KiB');
}

/** Rewrites a leniently read head to the strict grammar. */
function normalized(head: string): string {
  return withoutSpaceBeforeColon(head.replace(/\r?\n/g, '\r\n'));
}
