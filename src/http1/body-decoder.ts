import type { HeaderList } from '../http/fields.ts';
import { passableTrailers } from '../http/trailers.ts';
import { type Automaton, automaton, BAD, END, fieldRules, sizeLines } from './grammar.ts';
import { ProtocolError } from './errors.ts';
import { parseFieldLines, withoutSpaceBeforeColon } from './fields.ts';
import { LineReader } from './line-reader.ts';

/**
 * Told of a body as it comes.
 *
 * @param wire bytes that it took on the wire, with what framed them
 */
export type OnData = (bytes: Buffer, wire: number) => void;

/** Takes a body out of a byte stream that is cut anywhere. */
export interface BodyDecoder {
  /** All of it has come. */
  readonly done: boolean;
  /** What came behind it and may be passed on. */
  readonly trailers: HeaderList | null;
  /**
   * Takes what belongs to the body.
   *
   * @returns where it stopped: at the end of the input, or of the body
   */
  read(input: Buffer, from: number): number;
}

/** One body of known length after another. */
export class LengthDecoder implements BodyDecoder {
  readonly trailers = null;
  /** Bytes that are still to come. */
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

/** The bytes between two offsets. */
export function part(input: Buffer, from: number, to: number): Buffer {
  return to - from === input.byteLength ? input : input.subarray(from, to);
}

/** Most bytes of all chunk extensions of a body: they mean nothing to us, and cost time to read. */
const EXTENSIONS_LIMIT_BYTES = 16 * 1024;

/** Most bytes of trailers. */
const TRAILERS_LIMIT_BYTES = 32 * 1024;

/** Most fields of trailers. */
const MOST_TRAILERS = 100;

/** Data of at least so many bytes is handed on by itself, and less is moved to what came before it. */
const LARGE_BYTES = 4096;

/** What a hex digit stands for. */
const VALUE = Uint8Array.from({ length: 256 }, (_, i) =>
  Math.max(0, '0123456789abcdef'.indexOf(String.fromCharCode(i).toLowerCase())),
);

/** How requests and responses differ. */
export class ChunkedGrammar {
  readonly sizes: Automaton;
  readonly trailers: Automaton;
  /** A line with a size, behind the head and behind a chunk. */
  readonly first: number;
  readonly further: number;
  /** The first state in an extension, and the last in which a digit of the size was read. */
  readonly extension: number;
  readonly digit: number;

  /** @param lenient whether blanks behind a size and before a trailer's colon are forgiven */
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
 * Takes the chunked coding off a body that is cut anywhere. Extensions are dropped (RFC 9112 section
 * 7.1.1), trailers are kept for whoever passes the body on in chunks (section 7.1.2).
 *
 * The work is in proportion to the bytes on the wire, and not to the chunks: all that one read brings is
 * handed on in one piece, or in few where chunks are large. For that the data of small chunks is moved
 * together in the input, over the framing between them, which has been read.
 */
export class ChunkedDecoder implements BodyDecoder {
  /** What came behind the body and may be passed on. */
  trailers: HeaderList | null = null;
  /** True when the end of the body has been seen. */
  done = false;
  readonly #grammar: ChunkedGrammar;
  readonly #named: ReadonlySet<string> | null;
  readonly #data: OnData;
  /** In the line with a size, or at the end of the data before it. */
  #state: number;
  /** As far as its digits have come. */
  #size = 0;
  /** Bytes left of the chunk. */
  #remaining = 0;
  /** Bytes of framing behind the data that was handed on last. */
  #framing = 0;
  #extensions = 0;
  /** Behind the last chunk. */
  #lines: LineReader | null = null;

  /** @param named fields that belong to the connection, trailers included */
  constructor(grammar: ChunkedGrammar, named: ReadonlySet<string> | null, data: OnData) {
    this.#grammar = grammar;
    this.#named = named;
    this.#data = data;
    this.#state = grammar.first;
  }

  /**
   * Takes what belongs to the body. What it has taken of the input is used up: it may have been
   * written to.
   *
   * @throws ProtocolError
   */
  read(input: Buffer, from: number): number {
    const at = this.#lines === null ? this.#chunks(input, from) : from;
    return this.#lines === null ? at : this.#trailers(input, at, this.#lines);
  }

  /** One loop over local variables, since a chunk of one byte has to cost about what its six bytes do. */
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
    /** Where the data stands that has not been handed on. */
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
        this.#lines = new LineReader(this.#grammar.trailers, 'line');
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
    if (lines.status === 'whole') {
      this.done = true;
      // Nothing but the empty line, mostly.
      if (lines.length > 2)
        this.trailers = passableTrailers(parseTrailers(lines.text), this.#named);
    } else if (lines.length === TRAILERS_LIMIT_BYTES) {
      throw new ProtocolError('trailers without an end');
    }
    return at;
  }
}

/** Moves few bytes to the left: a call of `copyWithin` costs more than some bytes. */
function move(bytes: Buffer, from: number, count: number, to: number): void {
  if (count > 16) bytes.copyWithin(to, from, from + count);
  else for (let i = 0; i < count; i++) bytes[to + i] = bytes[from + i]!;
}

function parseTrailers(text: string): HeaderList {
  const lines = withoutSpaceBeforeColon(`\r\n${text}`).slice(2, -2);
  const list = parseFieldLines(lines);
  if (list.length > 2 * MOST_TRAILERS) throw new ProtocolError('too many trailers');
  return list;
}
