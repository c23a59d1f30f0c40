import type { Alphabet, Letter } from './alphabet.ts';
import { Cursor, type Found, type Position } from './cursor.ts';
import type { Compiled } from './program.ts';

/** A state of the DFA: a set of positions in the program, and the letter before them. */
interface State {
  readonly position: Position;
  readonly before: Letter;
  /** Transitions by letter id, filled in when first needed. */
  readonly next: (State | undefined)[];
  /** Whether the search ends here, with a match or without. */
  readonly isLast: boolean;
}

/**
 * Memory limit for cached states, counted in numbers they hold. A DFA can have exponentially many states, and
 * a client can choose a text that visits them. Beyond the limit the cache is emptied, and the text at hand is
 * searched without it.
 */
const MAX_CACHED_NUMBERS = 16 * 1024;

const NOWHERE: Position = [];
const NO_LOOKS: Found = [];

/**
 * Searches a text for a match of a program. It simulates the NFA, all steps at once in one pass, and never
 * backtracks: the time is at most proportional to the length of the text times the number of steps.
 *
 * For patterns without lookaround, positions are cached as states of a DFA that is built on demand; then most
 * characters cost one look-up.
 */
export class Automaton {
  readonly #alphabet: Alphabet;
  readonly #anchored: boolean;
  readonly #cursor: Cursor;
  readonly #looks: readonly { readonly cursor: Cursor; readonly ahead: boolean }[];
  readonly #matched: State;
  readonly #failed: State;
  #states = new Map<string, State>();
  #cachedNumbers = 0;
  #first: State;

  /** @param anchored whether matches can only start at the start of the text */
  constructor(program: Compiled, alphabet: Alphabet, anchored: boolean) {
    this.#alphabet = alphabet;
    this.#anchored = anchored;
    this.#cursor = new Cursor(program);
    this.#looks = program.looks.map((look) => ({ cursor: new Cursor(look), ahead: look.ahead }));
    this.#matched = stateAt(NOWHERE, alphabet.edge, true);
    this.#failed = stateAt(NOWHERE, alphabet.edge, true);
    this.#first = stateAt(NOWHERE, alphabet.edge);
  }

  /** Whether the text contains a match. */
  test(text: string): boolean {
    // States do not contain the results of lookarounds, so such programs run without the DFA.
    if (this.#looks.length > 0) return this.#search(text);
    const alphabet = this.#alphabet;
    const matched = this.#matched;
    let state = this.#first;
    for (let at = 0; at < text.length; at += 1) {
      const letter = alphabet.letter(text.charCodeAt(at));
      const next = state.next[letter.id] ?? this.#computeNext(state, letter);
      if (next === null) return this.#search(text);
      if (next.isLast) return next === matched;
      state = next;
    }
    const { edge } = alphabet;
    const last = state.next[edge.id] ?? this.#computeNext(state, edge);
    return last === null ? this.#search(text) : last === matched;
  }

  /** Computes and caches a transition; `null` when the cache is full. */
  #computeNext(state: State, letter: Letter): State | null {
    const canStart = !this.#anchored || state === this.#first;
    this.#cursor.position = state.position;
    this.#cursor.move(canStart, state.before, letter, letter, NO_LOOKS, 0);
    const next = this.#cursor.matched ? this.#matched : this.#stateAfter(letter);
    if (next !== null) state.next[letter.id] = next;
    return next;
  }

  /** The state of the cursor's position. */
  #stateAfter(before: Letter): State | null {
    const position = this.#cursor.position.toSorted(([a], [b]) => a - b);
    if (position.length === 0 && this.#anchored) return this.#failed;
    const key = `${before.isWord}${before.isEdge}${position.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    this.#cachedNumbers += 2 * position.length + this.#alphabet.size;
    if (this.#cachedNumbers > MAX_CACHED_NUMBERS) {
      this.#clearCache();
      return null;
    }
    const state = stateAt(position, before);
    this.#states.set(key, state);
    return state;
  }

  #clearCache(): void {
    this.#states = new Map();
    this.#cachedNumbers = 0;
    this.#first = stateAt(NOWHERE, this.#alphabet.edge);
  }

  /** Simulates the NFA without the DFA's cache: first the lookarounds over the whole text, then the program. */
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

  /** Sets `places[i]` to 1 where a match of a lookaround ends. A lookahead is matched backwards from the end. */
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
