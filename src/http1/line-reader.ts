import { type Automaton, BAD, END } from './automaton.ts';
import { Backlog } from './backlog.ts';

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
  readonly #start: number;
  readonly #lines = new Backlog();

  /** @param start the state to begin with */
  constructor(grammar: Automaton, start: string) {
    this.#grammar = grammar;
    this.#start = grammar.of(start);
    this.state = this.#start;
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

  /** Begins anew. */
  reset(): void {
    this.state = this.#start;
    this.status = 'more';
    this.#lines.clear();
  }
}
