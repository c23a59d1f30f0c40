import type { Letter } from './alphabet.ts';
import { type Program, STEPS } from './program.ts';

/** Of each look the places where it has found something, which are 1. */
export type Found = readonly Uint8Array[];

/** How far the runs are that are under way: numbers of words, each with its bits. */
export type Position = readonly (readonly [word: number, bits: number])[];

const LAST_TURN = 2 ** 31 - 1;

/**
 * Goes through a text at all steps of a program at once, one place after another. All that this takes is
 * here beforehand, in arrays of numbers: a step costs some nanoseconds, and there may be millions.
 */
export class Cursor {
  /** Whether a match ended at the last place. */
  matched = false;
  readonly #does: Uint8Array;
  readonly #to: Uint16Array;
  readonly #or: Uint16Array;
  readonly #sets: readonly (readonly number[])[];
  readonly #ends: Int32Array;
  readonly #behind: Uint16Array;
  readonly #goesOn: Uint8Array;
  /** By the ids of letters, for each word the bits of the characters that they can be. */
  readonly #takes: (Int32Array | undefined)[] = [];
  /** Steps to be followed, the first `#reached` of them from runs that have ended. */
  readonly #pending: Uint16Array;
  #reached = 0;
  /** For each step the last turn that came by it: nothing has to be cleared between two. */
  readonly #seen: Int32Array;
  #turn = 0;
  #here: Runs;
  #next: Runs;

  constructor({ steps, words }: Program) {
    this.#does = Uint8Array.from(steps, ({ does }) => does);
    this.#to = Uint16Array.from(steps, ({ to }) => to);
    this.#or = Uint16Array.from(steps, ({ or }) => or);
    this.#sets = words.map(({ sets }) => sets);
    this.#ends = Int32Array.from(words, ({ ends }) => ends);
    this.#behind = Uint16Array.from(words, ({ behind }) => behind);
    this.#goesOn = Uint8Array.from(words, ({ goesOn }) => (goesOn ? 1 : 0));
    // A step is reached from the words that end before it, and from two others at most.
    this.#pending = new Uint16Array(2 * steps.length + words.length + 1);
    this.#seen = new Int32Array(steps.length);
    this.#here = new Runs(words.length);
    this.#next = new Runs(words.length);
  }

  /** Whether no run is under way. */
  get isIdle(): boolean {
    return this.#here.count === 0;
  }

  get position(): Position {
    return this.#here.all;
  }

  set position(position: Position) {
    this.#here.clear();
    for (const [word, bits] of position) this.#here.add(word, bits);
  }

  /**
   * Goes over one character.
   *
   * @param begins whether a match may begin at the place before it
   * @param before what stands before the place
   * @param after what stands behind it
   * @param over the one of the two that is gone over
   * @param place in `found`
   */
  move(
    begins: boolean,
    before: Letter,
    after: Letter,
    over: Letter,
    found: Found,
    place: number,
  ): void {
    const takes = this.#takes[over.id] ?? this.#takesOf(over);
    this.#advance(takes, begins);
    this.#follow(before, after, takes, found, place);
    this.#here.clear();
    const here = this.#here;
    this.#here = this.#next;
    this.#next = here;
  }

  /** Moves the runs on that are under way, and notes the steps behind those that may end here. */
  #advance(takes: Int32Array, begins: boolean): void {
    const { words, bits, count } = this.#here;
    const next = this.#next;
    const ends = this.#ends;
    let reached = 0;
    if (begins) this.#pending[reached++] = 0;
    for (let i = 0; i < count; i += 1) {
      const word = words[i]!;
      const taken = bits[word]!;
      if ((taken & ends[word]!) !== 0) this.#pending[reached++] = this.#behind[word]!;
      next.add(word, (taken << 1) & takes[word]!);
      if (taken < 0 && this.#goesOn[word] === 1) next.add(word + 1, takes[word + 1]! & 1);
    }
    this.#reached = reached;
  }

  /** Follows the steps that have been reached, to the runs that begin here. */
  #follow(before: Letter, after: Letter, takes: Int32Array, found: Found, place: number): void {
    const does = this.#does;
    const to = this.#to;
    const or = this.#or;
    const seen = this.#seen;
    const pending = this.#pending;
    const next = this.#next;
    const turn = this.#newTurn();
    let left = this.#reached;
    this.matched = false;
    while (left > 0) {
      const step = pending[--left]!;
      if (seen[step] === turn) continue;
      seen[step] = turn;
      switch (does[step]) {
        case STEPS.run:
          next.add(to[step]!, takes[to[step]!]! & 1);
          continue;
        case STEPS.fork:
          pending[left++] = or[step]!;
          pending[left++] = to[step]!;
          continue;
        case STEPS.jump:
          pending[left++] = to[step]!;
          continue;
        case STEPS.match:
          this.matched = true;
          continue;
        case STEPS.look:
          if (found[to[step]!]![place] === or[step]) continue;
          break;
        case STEPS['^']:
          if (!before.isEdge) continue;
          break;
        case STEPS.$:
          if (!after.isEdge) continue;
          break;
        case STEPS['\\b']:
          if (before.isWord === after.isWord) continue;
          break;
        case STEPS['\\B']:
          if (before.isWord !== after.isWord) continue;
      }
      pending[left++] = step + 1;
    }
  }

  #takesOf(letter: Letter): Int32Array {
    const takes = Int32Array.from(this.#sets, (sets) =>
      sets.reduce((bits, set, bit) => bits | (letter.in[set]! << bit), 0),
    );
    this.#takes[letter.id] = takes;
    return takes;
  }

  #newTurn(): number {
    if (this.#turn === LAST_TURN) {
      this.#seen.fill(0);
      this.#turn = 0;
    }
    return ++this.#turn;
  }
}

/** The words of the runs that are under way, each with a bit for every character that was taken last. */
class Runs {
  readonly words: Uint16Array;
  readonly bits: Int32Array;
  count = 0;

  constructor(size: number) {
    this.words = new Uint16Array(size);
    this.bits = new Int32Array(size);
  }

  get all(): [word: number, bits: number][] {
    return Array.from(this.words.subarray(0, this.count), (word) => [word, this.bits[word]!]);
  }

  add(word: number, bits: number): void {
    if (bits === 0) return;
    if (this.bits[word] === 0) this.words[this.count++] = word;
    this.bits[word]! |= bits;
  }

  clear(): void {
    for (let i = 0; i < this.count; i += 1) this.bits[this.words[i]!] = 0;
    this.count = 0;
  }
}
