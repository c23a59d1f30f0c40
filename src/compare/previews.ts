import { parseSetCookie } from './cookies.ts';
import { canonical } from './canonical.ts';
import type { Json } from './json.ts';
import { doubleOf, Numeral } from './numeral.ts';
import { END_OF_VALUE, type Redactor } from './redact.ts';
import type { Scope } from './scopes.ts';

/** Longest text in a preview, in characters. */
const MAX_TEXT = 100;

/** Characters before the first difference that are shown of a longer text. */
const LEAD = 20;

/** Most characters in the preview of an array or object, names included. */
const MAX_CHARACTERS = 200;

/** Characters that stand for a value without any: brackets, a comma. */
const MIN_CHARACTERS = 4;

/** Deepest nesting in a preview. */
const MAX_DEPTH = 3;

const MORE = '…';

/** Characters that are left in a preview. */
interface Room {
  left: number;
}

type Pair = Promise<readonly [primary: unknown, mirror: unknown]>;

/** Makes what is shown of two values that differ: small, and without secrets. */
export class Previews {
  readonly #redactor: Redactor;
  readonly #secrets: ReadonlySet<string>;

  /** @param secrets values that are secret wherever they stand, in canonical form */
  constructor(redactor: Redactor, secrets: ReadonlySet<string>) {
    this.#redactor = redactor;
    this.#secrets = secrets;
  }

  /** Of two JSON values. Numbers that a double cannot hold are shown as texts. */
  async json(primary: Json | undefined, mirror: Json | undefined, scope: Scope): Pair {
    if (typeof primary === 'string' && typeof mirror === 'string' && !scope.redacted)
      return this.texts(primary, mirror);
    return this.#both(primary, mirror, (value) => this.#value(value, scope));
  }

  /** Of two texts: around the first difference, without secret parameters of URLs. */
  async texts(primary: string | undefined, mirror: string | undefined): Pair {
    const differAt = commonStart(primary ?? '', mirror ?? '');
    const [ours, theirs] = await this.#both(primary, mirror, (text) => this.#clear(text, differAt));
    const from = commonStart(ours ?? '', theirs ?? '');
    return this.#both(ours, theirs, async (text) => excerpt(text, from));
  }

  /** Of two lists of values of a field. `name` in lower case. */
  async fields(
    name: string,
    primary: readonly string[] | undefined,
    mirror: readonly string[] | undefined,
  ): Pair {
    const [ours, theirs] = await this.#both(primary, mirror, async (values) => {
      if (this.#redactor.isSecret(name)) return this.#redactor.hash(values.join(', '));
      return name === 'set-cookie' ? this.#cookies(values) : values.join(', ');
    });
    return this.texts(ours, theirs);
  }

  /** Names and attributes in clear, values by their hashes. */
  async #cookies(fields: readonly string[]): Promise<string> {
    const shown: string[] = [];
    for (const { name, value, attributes } of fields.map((field) => parseSetCookie(field)))
      shown.push([`${name}=${await this.#redactor.hash(value)}`, ...attributes].join('; '));
    return shown.join(', ');
  }

  /** Of bytes that are no text, or secret: by their hashes. */
  async bytes(primary: Uint8Array, mirror: Uint8Array): Pair {
    return this.#both(
      primary,
      mirror,
      async (side) => `${side.byteLength} bytes, ${await this.#redactor.hash(side)}`,
    );
  }

  /** Shows both sides in the same way; what is missing stays `undefined`. */
  async #both<T, S>(
    primary: T | undefined,
    mirror: T | undefined,
    show: (side: T) => Promise<S>,
  ): Promise<readonly [S | undefined, S | undefined]> {
    return [
      primary === undefined ? undefined : await show(primary),
      mirror === undefined ? undefined : await show(mirror),
    ];
  }

  async #value(
    value: Json,
    scope: Scope,
    room: Room = { left: MAX_CHARACTERS },
    depth = 0,
  ): Promise<unknown> {
    if (scope.redacted) return this.#text(await this.#redactor.hash(canonical(value)), room);
    if (typeof value === 'string') return this.#text(await this.#clear(value), room);
    if (value instanceof Map || Array.isArray(value)) {
      if (depth === MAX_DEPTH) return MORE;
      return value instanceof Map
        ? this.#object(value, scope, room, depth + 1)
        : this.#array(value, scope, room, depth + 1);
    }
    if (this.#secrets.has(canonical(value))) return this.#redactor.hash(canonical(value));
    return value instanceof Numeral ? (doubleOf(value) ?? this.#text(value.text, room)) : value;
  }

  /**
   * A text without what is secret in it, as much as can be shown around `at`: a body of 256 KiB may have 100,000 parameters,
   * each of which would be hashed.
   */
  async #clear(text: string, at = 0): Promise<string> {
    if (this.#secrets.has(canonical(text))) return this.#redactor.hash(canonical(text));
    const start = text.length > MAX_TEXT ? betweenValues(text, at - LEAD) : 0;
    // A hash may be six times as long as what it stands for.
    const enough = at - start + 6 * LEAD + MAX_TEXT;
    const clear = await this.#redactor.query(text.slice(start), '#', enough);
    return start === 0 ? clear : `${MORE}${clear}`;
  }

  #text(text: string, room: Room): string {
    const shown = excerpt(text, 0, Math.min(MAX_TEXT, Math.max(0, room.left)));
    room.left -= shown.length;
    return shown;
  }

  async #array(array: Json[], scope: Scope, room: Room, depth: number): Promise<unknown[]> {
    const shown: unknown[] = [];
    for (const [i, element] of array.entries()) {
      room.left -= MIN_CHARACTERS;
      if (room.left <= 0) return [...shown, MORE];
      shown.push(await this.#value(element, scope.element(i), room, depth));
    }
    return shown;
  }

  async #object(
    object: ReadonlyMap<string, Json>,
    scope: Scope,
    room: Room,
    depth: number,
  ): Promise<unknown> {
    const shown: [string, unknown][] = [];
    for (const [name, value] of object) {
      room.left -= MIN_CHARACTERS;
      if (room.left <= 0) {
        shown.push([MORE, MORE]);
        break;
      }
      const label = this.#text(name, room);
      shown.push([label, await this.#value(value, scope.member(name), room, depth)]);
    }
    // Defines even a member called `__proto__`.
    return Object.fromEntries(shown);
  }
}

/** A part of a text, from a little before `from`; as much of it as fits. */
function excerpt(text: string, from: number, most: number = MAX_TEXT): string {
  const start = Math.max(0, Math.min(from - LEAD, text.length - most));
  const end = start + most;
  const [before, after] = [start > 0 ? MORE : '', end < text.length ? MORE : ''];
  return `${before}${text.slice(start, end)}${after}`;
}

/** The last place up to `most` at which no value of a parameter goes on: 0, or where one ends. */
function betweenValues(text: string, most: number): number {
  for (let i = most; i > 0; i -= 1) if (text[i]!.search(END_OF_VALUE) === 0) return i;
  return 0;
}

function commonStart(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i += 1;
  return i;
}
