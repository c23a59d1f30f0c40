import { type Automaton, BAD, END } from './grammar.ts';

/**
 * Collects the lines of a head or of trailers, up to the empty line. Each byte is examined once, however the input is
 * split. Stops at the first byte that makes them invalid: a sender that stops there would otherwise be waited for.
 */
export class LineReader {
  /** The last state before `END` or `BAD`. */
  state: number;
  /**
   * `whole` after the empty line, `bad` after a byte that the grammar does not allow, `crowded` at the end of a field
   * too many.
   */
  status: 'more' | 'whole' | 'bad' | 'crowded' = 'more';
  readonly #grammar: Automaton;
  readonly #lines = new Backlog();
  /** The state in which a field line, or the empty line, begins. */
  readonly #line: number;
  /** Field lines that may still come. */
  #fieldsLeft: number;

  /** @param start the state to begin with: `line`, or another one for a line before the fields */
  constructor(grammar: Automaton, start: string, maxFields: number) {
    this.#grammar = grammar;
    this.#line = grammar.of('line');
    this.state = grammar.of(start);
    this.#fieldsLeft = this.state === this.#line ? maxFields : maxFields + 1;
  }

  /** Bytes read so far. */
  get length(): number {
    return this.#lines.length;
  }

  /** The bytes read so far, one character per byte. */
  get text(): string {
    return this.#lines.text;
  }

  /** Whether the bytes read so far are over a limit, without those that may be the end: a CRLF and the empty line. */
  exceeds(limit: number): boolean {
    const over = this.length - limit;
    if (over <= 0) return false;
    const ending = ['lf', 'line', 'last lf'].map((state) => this.#grammar.of(state));
    return over > ending.indexOf(this.state) + 1;
  }

  /** The part of `text` between two offsets, at the cost of that part. */
  slice(from: number, to: number): string {
    return this.#lines.slice(from, to);
  }

  /**
   * Reads from offset `from` to the empty line, a byte that makes the lines invalid, or the end of the input. Stops at
   * `limit` bytes in total.
   *
   * @returns the offset of the first byte that was not read
   */
  read(input: Buffer, from: number, limit: number): number {
    if (this.status !== 'more') return from;
    const { next } = this.#grammar;
    const to = Math.min(input.byteLength, from + limit - this.length);
    const line = this.#line;
    let { state } = this;
    let at = from;
    while (at < to) {
      const reached = next[(state << 8) | input[at++]!]!;
      if (reached <= BAD) {
        this.status = reached === END ? 'whole' : 'bad';
        break;
      }
      state = reached;
      if (state === line && --this.#fieldsLeft < 0) {
        this.status = 'crowded';
        break;
      }
    }
    this.state = state;
    this.#lines.add(input, from, at);
    return at;
  }
}

const EMPTY = Buffer.alloc(0);

/** Smallest capacity of a backlog that grows. */
const FIRST_CAPACITY_BYTES = 256;

/**
 * A growing buffer. `add` copies to its end; the buffer is copied only when it is full, into one of twice the size. The
 * cost is proportional to the bytes added, however they are split.
 */
export class Backlog {
  #buffer: Buffer;
  #start = 0;
  #end: number;

  /** @param bytes first content. Not copied: the caller must not use it again. Default: none */
  constructor(bytes: Buffer = EMPTY) {
    this.#buffer = bytes;
    this.#end = bytes.byteLength;
  }

  get length(): number {
    return this.#end - this.#start;
  }

  /** A view of the content, valid until the next change. */
  get bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** The content, one character per byte. */
  get text(): string {
    return this.slice(0, this.length);
  }

  /** The content between two offsets, one character per byte. */
  slice(from: number, to: number): string {
    return this.#buffer.toString(
      'latin1',
      this.#start + from,
      Math.min(this.#start + to, this.#end),
    );
  }

  /** Appends a copy of the bytes between two offsets. */
  add(bytes: Buffer, from: number = 0, to: number = bytes.byteLength): void {
    const added = to - from;
    if (this.#end + added > this.#buffer.byteLength) {
      const length = this.length + added;
      const larger = Buffer.allocUnsafe(Math.max(2 * length, FIRST_CAPACITY_BYTES));
      this.#buffer.copy(larger, 0, this.#start, this.#end);
      this.#end = this.length;
      this.#start = 0;
      this.#buffer = larger;
    }
    bytes.copy(this.#buffer, this.#end, from, to);
    this.#end += added;
  }

  /** Removes `count` bytes from the start. */
  skip(count: number): void {
    this.#start += count;
  }
}
