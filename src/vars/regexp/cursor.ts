import type { Letter } from './alphabet.ts';
import { type Program, STEPS } from './program.ts';

/** For each lookaround of the program, an array with a 1 at each index of the text where it matches. */
export type Found = readonly Uint8Array[];

/** The active positions of the NFA: the numbers of words that are being matched, each with its active bits. */
export type Position = readonly (readonly [word: number, bits: number])[];

const LAST_PASS = 2 ** 31 - 1;

/**
 * Simulates the NFA of a program: all active steps at once, one character after another. All memory is
 * allocated in advance as arrays of numbers, because a step costs a few nanoseconds and millions may run. They are
 * plain ones, since a document may have thousands of small patterns: of typed ones all that took twice as long.
 */
export class Cursor {
  /** Whether a match ends at the place where the last `move` started. */
  matched = false;
  readonly #does: readonly number[];
  readonly #to: readonly number[];
  readonly #or: readonly number[];
  readonly #sets: readonly (readonly number[])[];
  readonly #ends: readonly number[];
  readonly #behind: readonly number[];
  readonly #goesOn: readonly number[];
  /** By letter id: for each word, the bits of its characters that match the letter. */
  readonly #masks: (readonly number[] | undefined)[] = [];
  /** Stack of steps to follow; `#advance` puts the first `#reached` of them there. */
  readonly #pending: number[];
  #reached = 0;
  /** For each step the last pass that visited it; numbering the passes saves clearing the array for each. */
  readonly #visited: number[];
  #pass = 0;
  #active: ActiveWords;
  #next: ActiveWords;

  constructor({ steps, words }: Program) {
    this.#does = steps.map(({ does }) => does);
    this.#to = steps.map(({ to }) => to);
    this.#or = steps.map(({ or }) => or);
    this.#sets = words.map(({ sets }) => sets);
    this.#ends = words.map(({ ends }) => ends);
    this.#behind = words.map(({ behind }) => behind);
    this.#goesOn = words.map(({ goesOn }) => (goesOn ? 1 : 0));
    // Each step pushes at most two others once per pass; each word and the start push one.
    this.#pending = zeros(2 * steps.length + words.length + 1);
    this.#visited = zeros(steps.length);
    this.#active = new ActiveWords(words.length);
    this.#next = new ActiveWords(words.length);
  }

  /** Whether no position is active. */
  get isIdle(): boolean {
    return this.#active.count === 0;
  }

  get position(): Position {
    return this.#active.all;
  }

  set position(position: Position) {
    this.#active.clear();
    for (const [word, bits] of position) this.#active.add(word, bits);
  }

  /**
   * Consumes one character.
   *
   * @param canStart whether a match may start here
   * @param before the letter before this place in the text
   * @param after the letter after it
   * @param consumed the one of the two that is consumed: `after`, or `before` when running backwards
   * @param place index in the arrays of `found`
   */
  move(
    canStart: boolean,
    before: Letter,
    after: Letter,
    consumed: Letter,
    found: Found,
    place: number,
  ): void {
    const masks = this.#masks[consumed.id] ?? this.#masksOf(consumed);
    this.#advance(masks, canStart);
    this.#follow(before, after, masks, found, place);
    this.#active.clear();
    const active = this.#active;
    this.#active = this.#next;
    this.#next = active;
  }

  /** Advances the active words by one character, and pushes the steps after the words that may end here. */
  #advance(masks: readonly number[], canStart: boolean): void {
    const { words, bits, count } = this.#active;
    const next = this.#next;
    const ends = this.#ends;
    let reached = 0;
    if (canStart) this.#pending[reached++] = 0;
    for (let i = 0; i < count; i += 1) {
      const word = words[i]!;
      const taken = bits[word]!;
      if ((taken & ends[word]!) !== 0) this.#pending[reached++] = this.#behind[word]!;
      next.add(word, (taken << 1) & masks[word]!);
      // The highest bit, the sign, is set: the word is full, and its run goes on in the next word.
      if (taken < 0 && this.#goesOn[word] === 1) next.add(word + 1, masks[word + 1]! & 1);
    }
    this.#reached = reached;
  }

  /** Follows all steps that consume nothing (the epsilon closure), and starts the runs that they lead to. */
  #follow(
    before: Letter,
    after: Letter,
    masks: readonly number[],
    found: Found,
    place: number,
  ): void {
    const does = this.#does;
    const to = this.#to;
    const or = this.#or;
    const visited = this.#visited;
    const pending = this.#pending;
    const next = this.#next;
    const pass = this.#newPass();
    let left = this.#reached;
    this.matched = false;
    while (left > 0) {
      const step = pending[--left]!;
      if (visited[step] === pass) continue;
      visited[step] = pass;
      switch (does[step]) {
        case STEPS.run:
          next.add(to[step]!, masks[to[step]!]! & 1);
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

  #masksOf(letter: Letter): readonly number[] {
    const masks = this.#sets.map((sets) =>
      sets.reduce((bits, set, bit) => bits | (letter.in[set]! << bit), 0),
    );
    this.#masks[letter.id] = masks;
    return masks;
  }

  #newPass(): number {
    if (this.#pass === LAST_PASS) {
      this.#visited.fill(0);
      this.#pass = 0;
    }
    return ++this.#pass;
  }
}

/** The words being matched; bit n of a word is set where its characters up to number n have just matched. */
class ActiveWords {
  readonly words: number[];
  readonly bits: number[];
  count = 0;

  constructor(size: number) {
    this.words = zeros(size);
    this.bits = zeros(size);
  }

  get all(): [word: number, bits: number][] {
    return this.words.slice(0, this.count).map((word) => [word, this.bits[word]!]);
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

function zeros(size: number): number[] {
  return new Array<number>(size).fill(0);
}
