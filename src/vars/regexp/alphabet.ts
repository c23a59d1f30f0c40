/** An equivalence class of characters: the pattern treats all of them alike. */
export interface Letter {
  readonly id: number;
  /** For each of the pattern's character sets: 1 if it contains these characters, else 0. */
  readonly in: readonly number[];
  /** Whether `\w` matches, for `\b` and `\B`. */
  readonly isWord: boolean;
  /** Whether `^` matches after it and `$` before it: the ends of the text, and with flag `m` line terminators. */
  readonly isEdge: boolean;
}

/** Most non-ASCII characters in the cache. */
const MAX_CACHED_CHARACTERS = 1024;

/**
 * Maps characters to the equivalence classes of a pattern. Whether a set contains a character is decided by the
 * engine's own RegExp for that set, run on the one character. So ranges, `\w`, `\p{..}` and flag `i` mean exactly
 * what they mean to the engine, and there is nothing to backtrack over.
 */
export class Alphabet {
  readonly edge: Letter;
  readonly #sets: readonly RegExp[];
  readonly #word: RegExp;
  readonly #multiline: boolean;
  readonly #letters = new Map<string, Letter>();
  readonly #ascii = new Array<Letter | undefined>(128).fill(undefined);
  #others = new Map<number, Letter>();

  /**
   * @param sets sources of regular expressions that match one character each
   * @param flags flags of the pattern
   */
  constructor(sets: readonly string[], flags: string) {
    const matcher = (set: string) => new RegExp(`^(?:${set})$`, flags);
    this.#sets = sets.map(matcher);
    this.#word = matcher('\\w');
    this.#multiline = flags.includes('m');
    this.edge = { id: 0, in: sets.map(() => 0), isWord: false, isEdge: true };
    this.#letters.set('', this.edge);
  }

  /** Number of letters seen so far. */
  get size(): number {
    return this.#letters.size;
  }

  /** @param code a UTF-16 code unit: the engine of this folder does not combine surrogate pairs */
  letter(code: number): Letter {
    const known = code < 128 ? this.#ascii[code] : this.#others.get(code);
    return known ?? this.#addToCache(code);
  }

  #addToCache(code: number): Letter {
    const letter = this.#letterOf(code);
    if (code < 128) this.#ascii[code] = letter;
    else {
      if (this.#others.size === MAX_CACHED_CHARACTERS) this.#others = new Map();
      this.#others.set(code, letter);
    }
    return letter;
  }

  #letterOf(code: number): Letter {
    const character = String.fromCharCode(code);
    const has = this.#sets.map((set) => (set.test(character) ? 1 : 0));
    const isWord = this.#word.test(character);
    const isEdge = this.#multiline && /[\n\r\u2028\u2029]/.test(character);
    const key = `${isWord}${isEdge}${has.join('')}`;
    let letter = this.#letters.get(key);
    if (letter === undefined) {
      letter = { id: this.#letters.size, in: has, isWord, isEdge };
      this.#letters.set(key, letter);
    }
    return letter;
  }
}
