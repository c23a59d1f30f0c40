/** Characters that a pattern does not tell apart: behind each of them it goes on in the same way. */
export interface Letter {
  readonly id: number;
  /** For each set 1 if it has them, else 0. */
  readonly in: Uint8Array;
  readonly isWord: boolean;
  /** What stands before and behind a text, and with the flag `m` between its lines. */
  readonly isEdge: boolean;
}

/** Most characters beyond ASCII that are remembered. */
const REMEMBERED = 1024;

/**
 * The characters, as a pattern tells them apart. What is in a set is asked of the engine's own regular
 * expressions, of one character each: so ranges, `\w`, `\p{..}` and the case mean what they mean there,
 * and there is nothing to backtrack over.
 */
export class Alphabet {
  readonly edge: Letter;
  readonly #sets: readonly RegExp[];
  readonly #word: RegExp;
  readonly #multiline: boolean;
  readonly #letters = new Map<string, Letter>();
  readonly #ascii: (Letter | undefined)[] = Array.from({ length: 128 });
  #others = new Map<number, Letter>();

  /** @param flags those of the pattern */
  constructor(sets: readonly string[], flags: string) {
    const one = (set: string) => new RegExp(`^(?:${set})$`, flags);
    this.#sets = sets.map(one);
    this.#word = one('\\w');
    this.#multiline = flags.includes('m');
    this.edge = { id: 0, in: new Uint8Array(sets.length), isWord: false, isEdge: true };
    this.#letters.set('', this.edge);
  }

  /** How many letters have been met. */
  get size(): number {
    return this.#letters.size;
  }

  /** @param code of a unit of UTF-16, which is what a character is here */
  letter(code: number): Letter {
    const known = code < 128 ? this.#ascii[code] : this.#others.get(code);
    return known ?? this.#remembered(code);
  }

  #remembered(code: number): Letter {
    const letter = this.#letterOf(code);
    if (code < 128) this.#ascii[code] = letter;
    else {
      if (this.#others.size === REMEMBERED) this.#others = new Map();
      this.#others.set(code, letter);
    }
    return letter;
  }

  #letterOf(code: number): Letter {
    const character = String.fromCharCode(code);
    const has = Uint8Array.from(this.#sets, (set) => (set.test(character) ? 1 : 0));
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
