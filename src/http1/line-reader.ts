import { type Automaton, BAD, END } from './grammar.ts';

/**
 * Puts the lines of a head or of trailers together, up to the empty one. Each byte is looked at once,
 * however they are cut, and the first one that has no place in the grammar ends it.
 */
export class LineReader {
  /** The last state in which more was to come. */
  state: number;
  /** `whole` behind the empty line, `bad` behind a byte that has no place. */
  status: 'more' | 'whole' | 'bad' = 'more';
  readonly #grammar: Automaton;
  readonly #lines = new Backlog();

  /** @param start the state to begin with */
  constructor(grammar: Automaton, start: string) {
    this.#grammar = grammar;
    this.state = grammar.of(start);
  }

  /** Bytes so far. */
  get length(): number {
    return this.#lines.length;
  }

  /** All of them, one character per byte. */
  get text(): string {
    return this.#lines.text;
  }

  /**
   * Takes what belongs to it, unless it is over, and no more than makes `limit` bytes of it.
   *
   * @returns where it stopped
   */
  read(input: Buffer, from: number, limit: number): number {
    if (this.status !== 'more') return from;
    const { next } = this.#grammar;
    const to = Math.min(input.byteLength, from + limit - this.length);
    let { state } = this;
    let at = from;
    while (at < to) {
      const reached = next[(state << 8) | input[at++]!]!;
      if (reached <= BAD) {
        this.status = reached === END ? 'whole' : 'bad';
        break;
      }
      state = reached;
    }
    this.state = state;
    this.#lines.add(input, from, at);
    return at;
  }
}

const EMPTY = Buffer.alloc(0);

/** Room for the first few bytes of something that comes byte by byte. */
const FIRST_ROOM_BYTES = 256;

/**
 * Bytes that wait for more. What comes is copied to the end of it, and what is there only when the room
 * runs out, which then doubles: the cost is in proportion to the bytes, however they are cut.
 */
export class Backlog {
  #room: Buffer;
  #start = 0;
  #end: number;

  /** @param bytes to begin with, which nobody else has: they are not copied. Default: none */
  constructor(bytes: Buffer = EMPTY) {
    this.#room = bytes;
    this.#end = bytes.byteLength;
  }

  get length(): number {
    return this.#end - this.#start;
  }

  /** All of them, until the next change. */
  get bytes(): Buffer {
    return this.#room.subarray(this.#start, this.#end);
  }

  /** One character per byte. */
  get text(): string {
    return this.#room.toString('latin1', this.#start, this.#end);
  }

  /** Adds the bytes between two offsets. */
  add(bytes: Buffer, from: number = 0, to: number = bytes.byteLength): void {
    const length = this.length + to - from;
    if (this.#end + to - from > this.#room.byteLength) {
      const larger = Buffer.allocUnsafe(Math.max(2 * length, FIRST_ROOM_BYTES));
      this.#room.copy(larger, 0, this.#start, this.#end);
      this.#end = this.length;
      this.#start = 0;
      this.#room = larger;
    }
    bytes.copy(this.#room, this.#end, from, to);
    this.#end += to - from;
  }

  /** Drops so many at the start. */
  skip(count: number): void {
    this.#start += count;
  }
}
