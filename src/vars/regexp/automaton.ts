import type { Alphabet, Letter } from './alphabet.ts';
import { Cursor, type Found, type Position } from './cursor.ts';
import type { Compiled } from './program.ts';

/** How far a run through a text has got. */
interface State {
  readonly position: Position;
  readonly before: Letter;
  /** By the ids of letters the states behind them, as far as they have been asked for. */
  readonly next: (State | undefined)[];
  readonly isLast: boolean;
}

/**
 * Most numbers that the states of a pattern may hold. There can be exponentially many, and some client will
 * see to it that there are: then the rest of a text is gone through without them.
 */
const MOST_NUMBERS = 16 * 1024;

const NOWHERE: Position = [];
const NOTHING: Found = [];

/**
 * Looks for matches of a program in one pass through the text, at all of its steps at once. Nothing is tried
 * and taken back, so that the time is bounded by the length of the text times the number of steps.
 *
 * Most places cost less: a position that was met before is a state, which knows where each letter leads.
 */
export class Automaton {
  readonly #alphabet: Alphabet;
  readonly #anchored: boolean;
  readonly #cursor: Cursor;
  readonly #looks: readonly { readonly cursor: Cursor; readonly ahead: boolean }[];
  readonly #matched: State;
  readonly #failed: State;
  #states = new Map<string, State>();
  #numbers = 0;
  #first: State;

  /** @param anchored matches begin at the start of the text alone */
  constructor(program: Compiled, alphabet: Alphabet, anchored: boolean) {
    this.#alphabet = alphabet;
    this.#anchored = anchored;
    this.#cursor = new Cursor(program);
    this.#looks = program.looks.map((look) => ({ cursor: new Cursor(look), ahead: look.ahead }));
    this.#matched = stateAt(NOWHERE, alphabet.edge, true);
    this.#failed = stateAt(NOWHERE, alphabet.edge, true);
    this.#first = stateAt(NOWHERE, alphabet.edge);
  }

  /** Whether the text has a match in it. */
  test(text: string): boolean {
    // What is found around a place is no part of a state.
    if (this.#looks.length > 0) return this.#search(text);
    const alphabet = this.#alphabet;
    const matched = this.#matched;
    let state = this.#first;
    for (let at = 0; at < text.length; at += 1) {
      const letter = alphabet.letter(text.charCodeAt(at));
      const next = state.next[letter.id] ?? this.#follow(state, letter);
      if (next === null) return this.#search(text);
      if (next.isLast) return next === matched;
      state = next;
    }
    const { edge } = alphabet;
    const last = state.next[edge.id] ?? this.#follow(state, edge);
    return last === null ? this.#search(text) : last === matched;
  }

  /** The state behind a letter; `null` where there are too many. */
  #follow(state: State, letter: Letter): State | null {
    const begins = !this.#anchored || state === this.#first;
    this.#cursor.position = state.position;
    this.#cursor.move(begins, state.before, letter, letter, NOTHING, 0);
    const next = this.#cursor.matched ? this.#matched : this.#stateBehind(letter);
    if (next !== null) state.next[letter.id] = next;
    return next;
  }

  #stateBehind(before: Letter): State | null {
    const position = this.#cursor.position.toSorted(([a], [b]) => a - b);
    if (position.length === 0 && this.#anchored) return this.#failed;
    const key = `${before.isWord}${before.isEdge}${position.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    this.#numbers += 2 * position.length + this.#alphabet.size;
    if (this.#numbers > MOST_NUMBERS) {
      this.#forget();
      return null;
    }
    const state = stateAt(position, before);
    this.#states.set(key, state);
    return state;
  }

  #forget(): void {
    this.#states = new Map();
    this.#numbers = 0;
    this.#first = stateAt(NOWHERE, this.#alphabet.edge);
  }

  /** Without states. */
  #search(text: string): boolean {
    const letters: Letter[] = [];
    for (let at = 0; at < text.length; at += 1)
      letters.push(this.#alphabet.letter(text.charCodeAt(at)));
    const found: Uint8Array[] = [];
    for (const { cursor, ahead } of this.#looks) {
      const places = new Uint8Array(letters.length + 1);
      this.#mark(places, cursor, letters, ahead, found);
      found.push(places);
    }
    const { edge } = this.#alphabet;
    const cursor = this.#cursor;
    cursor.position = NOWHERE;
    for (let at = 0; at <= letters.length; at += 1) {
      const after = letters[at] ?? edge;
      cursor.move(at === 0 || !this.#anchored, letters[at - 1] ?? edge, after, after, found, at);
      if (cursor.matched) return true;
      if (this.#anchored && cursor.isIdle) return false;
    }
    return false;
  }

  /** Marks the places where matches of a look end, which goes backwards through what is ahead. */
  #mark(
    places: Uint8Array,
    cursor: Cursor,
    letters: readonly Letter[],
    backwards: boolean,
    found: Found,
  ): void {
    const { edge } = this.#alphabet;
    const last = letters.length;
    cursor.position = NOWHERE;
    for (let i = 0; i <= last; i += 1) {
      const at = backwards ? last - i : i;
      const before = letters[at - 1] ?? edge;
      const after = letters[at] ?? edge;
      cursor.move(true, before, after, backwards ? before : after, found, at);
      if (cursor.matched) places[at] = 1;
    }
  }
}

function stateAt(position: Position, before: Letter, isLast = false): State {
  return { position, before, next: [], isLast };
}
