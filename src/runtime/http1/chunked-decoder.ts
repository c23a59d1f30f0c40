import type { HeaderList } from '../../http/headers.ts';
import { trimmed } from '../../http/list.ts';
import { passableTrailers } from '../../http/trailers.ts';
import type { BodyDecoder } from './length-decoder.ts';
import { ProtocolError } from './protocol-error.ts';

/** Most bytes of all chunk extensions of a body: they mean nothing to us, and cost time to read. */
const EXTENSIONS_LIMIT = 16 * 1024;

/** Most bytes of a line with a chunk's size. */
const SIZE_LINE_LIMIT = 4096;

/** Most bytes of trailers. */
const TRAILERS_LIMIT = 32 * 1024;

/** Most fields of trailers. */
const FIELD_LIMIT = 100;

/** Fields as in a head (RFC 9112 section 7.1.2), each after the end of a line. */
const TRAILERS = /^(?:\r\n[!#$%&'*+\-.^_`|~\w]+:[\t\x20-\x7e\x80-\xff]*)*$/;

/** A bare LF is no end of a line to us and may be one to others. */
const LF = 0x0a;

type State = 'size' | 'data' | 'data-end' | 'trailers' | 'done';

/** How requests and answers differ. */
export interface ChunkedGrammar {
  /** A line with a chunk's size, which its first group matches, in hex. */
  readonly sizeLine: RegExp;
  /** Mends the lines of trailers, where something about them is forgiven. */
  readonly mended?: (lines: string) => string;
}

/**
 * Takes the chunked coding off a body that is cut anywhere. Extensions are dropped (RFC 9112 section
 * 7.1.1), trailers are kept for whoever passes the body on in chunks (section 7.1.2).
 */
export class ChunkedDecoder implements BodyDecoder {
  /** What came behind the body and may be passed on. */
  trailers: HeaderList | null = null;
  readonly #grammar: ChunkedGrammar;
  readonly #named: ReadonlySet<string> | null;
  readonly #data: (bytes: Buffer) => void;
  #state: State = 'size';
  /** Bytes left of the chunk. */
  #remaining = 0;
  #extensions = 0;

  /** @param named fields that belong to the connection, trailers included */
  constructor(
    grammar: ChunkedGrammar,
    named: ReadonlySet<string> | null,
    data: (bytes: Buffer) => void,
  ) {
    this.#grammar = grammar;
    this.#named = named;
    this.#data = data;
  }

  /** True when the end of the body has been seen. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /**
   * Takes what it can from the start of `input` and says how much; 0 asks for more.
   *
   * @throws ProtocolError
   */
  step(input: Buffer): number {
    switch (this.#state) {
      case 'size':
        return this.#size(input);
      case 'data':
        return this.#chunk(input);
      case 'data-end':
        return this.#chunkEnd(input);
      case 'trailers':
        return this.#trailers(input);
      case 'done':
        return 0;
    }
  }

  #size(input: Buffer): number {
    const end = input.indexOf('\r\n');
    if (end === -1 ? input.byteLength > SIZE_LINE_LIMIT : end > SIZE_LINE_LIMIT)
      throw new ProtocolError('a chunk size without an end');
    if (end === -1) {
      if (input.includes(LF)) throw new ProtocolError('not the size of a chunk');
      return 0;
    }
    const digits = this.#grammar.sizeLine.exec(input.toString('latin1', 0, end))?.[1];
    if (digits === undefined) throw new ProtocolError('not the size of a chunk');
    this.#extensions += end - digits.length;
    if (this.#extensions > EXTENSIONS_LIMIT) throw new ProtocolError('too many chunk extensions');
    this.#remaining = Number.parseInt(digits, 16);
    this.#state = this.#remaining === 0 ? 'trailers' : 'data';
    return end + 2;
  }

  #chunk(input: Buffer): number {
    const taken = Math.min(input.byteLength, this.#remaining);
    this.#remaining -= taken;
    this.#data(taken === input.byteLength ? input : input.subarray(0, taken));
    if (this.#remaining === 0) this.#state = 'data-end';
    return taken;
  }

  #chunkEnd(input: Buffer): number {
    if (input[0] !== 0x0d || (input.byteLength > 1 && input[1] !== LF))
      throw new ProtocolError('a chunk longer than its size');
    if (input.byteLength < 2) return 0;
    this.#state = 'size';
    return 2;
  }

  #trailers(input: Buffer): number {
    const end = input.indexOf('\r\n') === 0 ? 0 : input.indexOf('\r\n\r\n');
    if (end === -1 ? input.byteLength > TRAILERS_LIMIT : end > TRAILERS_LIMIT)
      throw new ProtocolError('trailers without an end');
    if (end === -1) return 0;
    this.#state = 'done';
    if (end === 0) return 2;
    const lines = `\r\n${input.toString('latin1', 0, end)}`;
    this.trailers = passableTrailers(parseTrailers(lines, this.#grammar), this.#named);
    return end + 4;
  }
}

function parseTrailers(text: string, { mended }: ChunkedGrammar): HeaderList {
  const lines = mended === undefined ? text : mended(text);
  if (!TRAILERS.test(lines)) throw new ProtocolError('trailers that are no fields');
  const list: HeaderList = [];
  for (let end = 0; end < lines.length;) {
    const start = end + 2;
    const colon = lines.indexOf(':', start);
    const next = lines.indexOf('\r\n', start);
    end = next === -1 ? lines.length : next;
    list.push(lines.slice(start, colon), trimmed(lines, colon + 1, end));
    if (list.length > 2 * FIELD_LIMIT) throw new ProtocolError('too many trailers');
  }
  return list;
}
