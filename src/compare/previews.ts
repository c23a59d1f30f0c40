import { parseSetCookie } from './cookies.ts';
import { canonical, canonicalScalar } from './canonical.ts';
import { doubleOf, Numeral } from './numeral.ts';
import type { Redactor } from './redact.ts';
import type { Scope } from './scopes.ts';
import { ARRAY, NAME, NONE, TEXT, type Tape } from './tape.ts';

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
  readonly #tape: Tape;

  /**
   * @param secrets values that are secret wherever they stand, in canonical form
   * @param tape of the JSON values
   */
  constructor(redactor: Redactor, secrets: ReadonlySet<string>, tape: Tape | null) {
    this.#tape = tape!;
    this.#redactor = redactor;
    this.#secrets = secrets;
  }

  /** Of two JSON values, one of which may be `NONE`. Numbers that a double cannot hold are shown as texts. */
  async json(primary: number, mirror: number, scope: Scope): Pair {
    const isText = (value: number) => this.#tape.kind(value) === TEXT;
    const show = (value: number) => this.#value(value, scope);
    if (scope.redacted || !isText(primary) || !isText(mirror))
      return this.#both(some(primary), some(mirror), show);
    const [ours, theirs] = [this.#tape.scalarOf(primary), this.#tape.scalarOf(mirror)];
    return this.texts(ours as string, theirs as string);
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
    value: number,
    scope: Scope,
    room: Room = { left: MAX_CHARACTERS },
    depth = 0,
  ): Promise<unknown> {
    const tape = this.#tape;
    if (scope.redacted) return this.#text(await this.#redactor.hash(canonical(tape, value)), room);
    if (tape.kind(value) > NAME)
      return depth === MAX_DEPTH ? MORE : this.#parts(value, scope, room, depth + 1);
    const scalar = tape.scalarOf(value);
    if (typeof scalar === 'string') return this.#text(await this.#clear(scalar), room);
    const text = canonicalScalar(scalar);
    if (this.#secrets.has(text)) return this.#redactor.hash(text);
    return scalar instanceof Numeral ? (doubleOf(scalar) ?? this.#text(scalar.text, room)) : scalar;
  }

  /**
   * A text without what is secret in it, as much as can be shown around `at`: a body of 256 KiB may have 100,000 parameters,
   * each of which would be hashed.
   */
  async #clear(text: string, at = 0): Promise<string> {
    const secret = canonicalScalar(text);
    if (this.#secrets.has(secret)) return this.#redactor.hash(secret);
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

  /** Of an array or object: as many as there is room for. */
  async #parts(value: number, scope: Scope, room: Room, depth: number): Promise<unknown> {
    const tape = this.#tape;
    const isArray = tape.kind(value) === ARRAY;
    const shown: [name: string, value: unknown][] = [];
    for (const [inner, innerScope, part] of tape.within(value, scope)) {
      room.left -= MIN_CHARACTERS;
      if (room.left <= 0) {
        shown.push([MORE, MORE]);
        break;
      }
      const label = isArray ? '' : this.#text(tape.nameOf(part), room);
      shown.push([label, await this.#value(inner, innerScope, room, depth)]);
    }
    // Defines even a member called `__proto__`.
    return isArray ? shown.map(([, one]) => one) : Object.fromEntries(shown);
  }
}

function some(value: number): number | undefined {
  return value === NONE ? undefined : value;
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
  for (let i = most; i > 0; i -= 1) if (text[i] === '&' || text[i]!.trim() === '') return i;
  return 0;
}

function commonStart(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a.charCodeAt(i) === b.charCodeAt(i)) i += 1;
  return i;
}
