import { type Numeral, readNumber } from './numeral.ts';
import type { Steps } from './steps.ts';

/** A JSON value that has lost nothing: numbers with all their digits, members under any name. */
export type Json = null | boolean | string | number | Numeral | Json[] | JsonObject;
export type JsonObject = Map<string, Json>;

/** Deepest nesting that is read. What goes through a value may recurse: so deep is safe on all runtimes. */
export const MAX_DEPTH = 256;

/** Further steps for an array and an object that is not empty: they take as much memory as several other values. */
const ARRAY_STEPS = 2;
const OBJECT_STEPS = 8;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/** What stands for values of these kinds in any number, as documents may hold hundreds of thousands. */
const EMPTY_ARRAY: Json[] = [];
const EMPTY_OBJECT: JsonObject = new Map();

/**
 * Reads JSON (RFC 8259).
 *
 * @returns the value; `undefined` if the text is not JSON, is nested deeper than `MAX_DEPTH`, or has an object in
 *   which a name occurs twice, so that programs would not agree on what it means
 * @throws OverBudget
 * @example readJson('{"a": 1.0}', new Steps()) // Map { 'a' => 1 }
 */
export function readJson(text: string, steps: Steps): Json | undefined {
  return new Reader(text, steps).read();
}

/** Keeps a stack of its own, as the sender decides how deep the text nests. */
class Reader {
  readonly #text: string;
  readonly #steps: Steps;
  #at = 0;
  /** Arrays and objects that are not closed yet, and for each object the name of its next value. */
  readonly #open: (Json[] | JsonObject)[] = [];
  readonly #names: string[] = [];

  constructor(text: string, steps: Steps) {
    this.#text = text;
    this.#steps = steps;
  }

  read(): Json | undefined {
    for (;;) {
      const value = this.#value();
      if (value === undefined) return undefined;
      if (value === OPENED) continue;
      const closed = this.#close(value);
      if (closed !== CONTINUED) return closed;
    }
  }

  /** The value that begins here; `OPENED` if it has values of its own, which come first. */
  #value(): Json | undefined | typeof OPENED {
    this.#steps.take();
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#openObject();
      case '[':
        return this.#openArray();
      case '"':
        return this.#string();
      default:
        return this.#number() ?? this.#literal();
    }
  }

  /** Puts a value where it belongs. `CONTINUED` if another follows, else the whole document. */
  #close(complete: Json): Json | undefined | typeof CONTINUED {
    for (let value = complete; ;) {
      this.#skipSpace();
      const holder = this.#open.at(-1);
      if (holder === undefined) return this.#at === this.#text.length ? value : undefined;
      const isObject = holder instanceof Map;
      if (!isObject) holder.push(value);
      else if (!added(holder, this.#names.pop()!, value)) return undefined;
      if (this.#skip(',')) return !isObject || this.#name() ? CONTINUED : undefined;
      if (!this.#skip(isObject ? '}' : ']')) return undefined;
      this.#open.pop();
      // A copy has just the room that it needs: an array that grew has room for 17 elements, even if it holds one.
      value = isObject ? holder : holder.slice();
    }
  }

  #openArray(): Json | undefined | typeof OPENED {
    this.#at += 1;
    this.#skipSpace();
    if (this.#skip(']')) return EMPTY_ARRAY;
    this.#steps.take(ARRAY_STEPS);
    return this.#open.push([]) > MAX_DEPTH ? undefined : OPENED;
  }

  #openObject(): Json | undefined | typeof OPENED {
    this.#at += 1;
    this.#skipSpace();
    if (this.#skip('}')) return EMPTY_OBJECT;
    this.#steps.take(OBJECT_STEPS);
    return this.#open.push(new Map()) > MAX_DEPTH || !this.#name() ? undefined : OPENED;
  }

  /** Reads a member's name and the colon. */
  #name(): boolean {
    this.#skipSpace();
    const name = this.#text[this.#at] === '"' ? this.#string() : undefined;
    if (name === undefined) return false;
    this.#names.push(name);
    this.#skipSpace();
    return this.#skip(':');
  }

  #string(): string | undefined {
    const start = this.#at;
    let isEscaped = false;
    for (let at = start + 1; ; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x22) {
        this.#at = at + 1;
        const literal = this.#text.slice(start, at + 1);
        return isEscaped ? unescaped(literal) : literal.slice(1, -1);
      }
      // Also true at the end of the text, which has no code.
      if (!(code >= 0x20)) return undefined;
      if (code !== 0x5c) continue;
      isEscaped = true;
      at += 1;
    }
  }

  #number(): number | Numeral | undefined {
    NUMBER.lastIndex = this.#at;
    if (!NUMBER.test(this.#text)) return undefined;
    const text = this.#text.slice(this.#at, NUMBER.lastIndex);
    this.#at = NUMBER.lastIndex;
    return readNumber(text);
  }

  #literal(): Json | undefined {
    const found = LITERALS.find(([text]) => this.#text.startsWith(text, this.#at));
    this.#at += found?.[0].length ?? 0;
    return found?.[1];
  }

  #skip(char: string): boolean {
    const isHere = this.#text[this.#at] === char;
    if (isHere) this.#at += 1;
    return isHere;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }
}

const OPENED = Symbol('opened');
const CONTINUED = Symbol('continued');

function added(object: JsonObject, name: string, value: Json): boolean {
  const { size } = object;
  return object.set(name, value).size > size;
}

function unescaped(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}
