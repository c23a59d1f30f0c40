import type { HeaderList } from '../http/fields.ts';
import { passableTrailers } from '../http/trailers.ts';
import { type Automaton, automaton, BAD, END, fieldRules, sizeLines } from './grammar.ts';
import { ProtocolError } from './errors.ts';
import { parseFieldLines, withoutSpaceBeforeColon } from './fields.ts';
import { LineReader } from './line-reader.ts';

/**
 * Called with each piece of body data.
 *
 * @param wire bytes that the piece took on the wire, its framing included
 */
export type OnData = (bytes: Buffer, wire: number) => void;

/** Removes the framing of a body. The input may be split at any byte. */
export interface BodyDecoder {
  /** True once the last byte of the body has been read. */
  readonly done: boolean;
  /** The trailers that may be forwarded. */
  readonly trailers: HeaderList | null;
  /**
   * Reads from offset `from` to the end of the body or of the input.
   *
   * @returns the offset of the first byte that was not read
   */
  read(input: Buffer, from: number): number;
}

/** Reads bodies with a Content-Length, one after another: set `remaining` for each. */
export class LengthDecoder implements BodyDecoder {
  readonly trailers = null;
  /** Bytes of the body that have not arrived yet. */
  remaining = 0;
  readonly #data: OnData;

  constructor(data: OnData) {
    this.#data = data;
  }

  get done(): boolean {
    return this.remaining === 0;
  }

  read(input: Buffer, from: number): number {
    const taken = Math.min(input.byteLength - from, this.remaining);
    const to = from + taken;
    this.remaining -= taken;
    this.#data(part(input, from, to), taken);
    return to;
  }
}

/** `input.subarray(from, to)`, without a new object when that is all of `input`. */
export function part(input: Buffer, from: number, to: number): Buffer {
  return to - from === input.byteLength ? input : input.subarray(from, to);
}

/** Most bytes of all chunk extensions of a body together: nobody uses them, and they cost time to read. */
const EXTENSIONS_LIMIT_BYTES = 16 * 1024;

/** Most bytes of trailers. */
const TRAILERS_LIMIT_BYTES = 32 * 1024;

/** Most fields of trailers. */
const MAX_TRAILERS = 100;

/** Chunk data of at least this many bytes is passed on without a copy; less is moved next to the data before it. */
const LARGE_BYTES = 4096;

/** The value of each hex digit, by its byte. */
const VALUE = Uint8Array.from({ length: 256 }, (_, i) =>
  Math.max(0, '0123456789abcdef'.indexOf(String.fromCharCode(i).toLowerCase())),
);

/** The chunked coding as state tables. Requests use the strict grammar, responses the lenient one. */
export class ChunkedGrammar {
  readonly sizes: Automaton;
  readonly trailers: Automaton;
  /** State in which the first chunk begins: at its size. */
  readonly first: number;
  /** State in which each further chunk begins: at the CRLF that ends the data before its size. */
  readonly further: number;
  /** The first state of a chunk extension. All larger states count as extension, padding included. */
  readonly extension: number;
  /** The last state after a digit of the size. All smaller states are `size` and the digits before. */
  readonly digit: number;

  /** @param lenient accept blanks after a size and before the colon of a trailer field */
  constructor(lenient: boolean) {
    this.sizes = sizeLines(lenient);
    this.trailers = automaton(fieldRules({ spaceBeforeColon: lenient }));
    this.first = this.sizes.of('size');
    this.further = this.sizes.of('end of data');
    this.extension = this.sizes.of('extension');
    this.digit = this.sizes.of('digit 13');
  }
}

/**
 * Removes the chunked coding. Chunk extensions are dropped (RFC 9112 section 7.1.1); trailers are kept, to be
 * forwarded with a chunked body (section 7.1.2).
 *
 * Cost is proportional to the bytes on the wire, not to the number of chunks: the data of one read is passed on in one
 * piece, or in a few if chunks are large. To join small chunks, their data is moved to the left in the input, over
 * framing that has been read already.
 */
export class ChunkedDecoder implements BodyDecoder {
  trailers: HeaderList | null = null;
  done = false;
  readonly #grammar: ChunkedGrammar;
  readonly #named: ReadonlySet<string> | null;
  readonly #data: OnData;
  /** State of the grammar between the data of two chunks. */
  #state: number;
  /** Value of the size's digits read so far. */
  #size = 0;
  /** Bytes of the current chunk that have not arrived yet. */
  #remaining = 0;
  /** Bytes of framing read since the last data was passed on. */
  #framing = 0;
  /** Bytes of chunk extensions so far. */
  #extensions = 0;
  /** Reads the trailers; `null` before the last chunk. */
  #lines: LineReader | null = null;

  /** @param named fields listed in Connection: they are not forwarded as trailers either */
  constructor(grammar: ChunkedGrammar, named: ReadonlySet<string> | null, data: OnData) {
    this.#grammar = grammar;
    this.#named = named;
    this.#data = data;
    this.#state = grammar.first;
  }

  /**
   * Reads from offset `from` to the end of the body or of the input. May overwrite the bytes of `input` that it reads.
   *
   * @throws ProtocolError
   */
  read(input: Buffer, from: number): number {
    const at = this.#lines === null ? this.#chunks(input, from) : from;
    return this.#lines === null ? at : this.#trailers(input, at, this.#lines);
  }

  /** One loop over local variables: a one-byte chunk, six bytes on the wire, must cost about as much as six bytes. */
  #chunks(input: Buffer, from: number): number {
    const { digit, extension, further, sizes } = this.#grammar;
    const { next } = sizes;
    const to = input.byteLength;
    let at = from;
    let state = this.#state;
    let size = this.#size;
    let remaining = this.#remaining;
    let counted = from - this.#framing;
    let fault = '';
    /** `start` to `end`: joined data that has not been passed on yet. */
    let start = from;
    let end = from;

    while (at < to) {
      if (remaining > 0) {
        const taken = Math.min(to - at, remaining);
        if (taken >= LARGE_BYTES && start < end) {
          this.#data(part(input, start, end), at - counted);
          counted = at;
          end = start;
        }
        if (start === end) start = end = at;
        else move(input, at, taken, end);
        end += taken;
        at += taken;
        remaining -= taken;
        continue;
      }
      const byte = input[at++]!;
      const reached = next[(state << 8) | byte]!;
      if (reached === BAD) {
        fault = this.#fault(state);
        break;
      }
      if (reached === END) {
        state = further;
        remaining = size;
        size = 0;
        if (remaining > 0) continue;
        this.#lines = new LineReader(this.#grammar.trailers, 'line', MAX_TRAILERS);
        break;
      }
      state = reached;
      if (state <= digit) size = size * 16 + VALUE[byte]!;
      else if (state >= extension && ++this.#extensions > EXTENSIONS_LIMIT_BYTES) {
        fault = 'too many chunk extensions';
        break;
      }
    }
    if (start < end) {
      this.#data(part(input, start, end), at - counted);
      counted = at;
    }
    if (fault !== '') throw new ProtocolError(fault);
    this.#state = state;
    this.#size = size;
    this.#remaining = remaining;
    this.#framing = at - counted;
    return at;
  }

  #fault(state: number): string {
    const { extension, further } = this.#grammar;
    if (state >= extension) return 'not a chunk extension';
    return state >= further ? 'a chunk longer than its size' : 'not the size of a chunk';
  }

  #trailers(input: Buffer, from: number, lines: LineReader): number {
    const at = lines.read(input, from, TRAILERS_LIMIT_BYTES);
    if (lines.status === 'bad') throw new ProtocolError('trailers that are no fields');
    if (lines.status === 'crowded') throw new ProtocolError('too many trailers');
    if (lines.status === 'whole') {
      this.done = true;
      // 2 bytes are the empty line alone: no trailers, the usual case.
      if (lines.length > 2)
        this.trailers = passableTrailers(parseTrailers(lines.text), this.#named);
    } else if (lines.exceeds(TRAILERS_LIMIT_BYTES - 4)) {
      throw new ProtocolError('trailers without an end');
    }
    return at;
  }
}

/** `copyWithin`, with a loop for up to 16 bytes: a loop costs less than the call there. */
function move(bytes: Buffer, from: number, count: number, to: number): void {
  if (count > 16) bytes.copyWithin(to, from, from + count);
  else for (let i = 0; i < count; i++) bytes[to + i] = bytes[from + i]!;
}

function parseTrailers(text: string): HeaderList {
  return parseFieldLines(withoutSpaceBeforeColon(`\r\n${text}`).slice(2, -2));
}
