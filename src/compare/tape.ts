import { type JsonVisitor, visitJson } from '../http/json-text.ts';
import { type Numeral, readNumber } from './numeral.ts';
import type { Scope } from './scopes.ts';
import type { Steps } from './steps.ts';

/** A JSON value without parts. Numbers have all their digits. */
export type Scalar = null | boolean | string | number | Numeral;

/** Kinds of entries: first the types of scalars. */
const NULL = 0;
const BOOLEAN = 1;
export const NUMBER = 2;
export const TEXT = 3;
/** The name of a member, which has its value as the next entry. */
export const NAME = 4;
export const ARRAY = 5;
export const OBJECT = 6;

const KIND_BITS = 3;
const KIND_MASK = 2 ** KIND_BITS - 1;

/** What is done with an object takes the time of several other values. */
const OBJECT_STEPS = 5;

/** Slots of an entry. */
export const ENTRY = 2;

/** In place of an entry that there is not. */
export const NONE = -1;

/** Deepest nesting that is read. What goes through a value may recurse: so deep is safe on all runtimes. */
export const MAX_DEPTH = 256;

/** Slots for what is open where a text breaks off: all else needs no more of them than there are characters. */
const OPEN_SLOTS = 4 * MAX_DEPTH;

/**
 * Most slots that are kept for the next pair: enough for two bodies of 1 MiB, to which small ones may be unpacked. New ones
 * for each pair would take several times as much until they are collected.
 */
const MAX_KEPT_SLOTS = 2 ** 21 + OPEN_SLOTS;
const NO_SLOTS = new Int32Array(0);

let kept: Int32Array = NO_SLOTS;

/**
 * A pair of JSON documents: their texts, and an entry of two integers for each value and name, in their order. What is in an
 * array or object follows it. So a document takes at most four bytes for a character, and nothing that a garbage collector
 * looks at. Values are given by their entries.
 *
 * | entry           | first slot, above the kind                | second slot        |
 * | --------------- | ----------------------------------------- | ------------------ |
 * | scalar          | where it begins in the text               | where it ends      |
 * | name            | its number                                |                    |
 * | array or object | 0, or its identity, which is below 0      | the entry after it |
 */
export class Tape implements JsonVisitor {
  /** The value of the second document. The first one's is 0. */
  mirror: number = 0;
  readonly #texts: string[] = [];
  readonly #slots: Int32Array;
  readonly #steps: Steps;
  /** By number. Names are compared by their numbers, and one that a thousand objects have is kept once. */
  readonly #names: string[] = [];
  readonly #numbers: Map<string, number> = new Map();
  /** By the number of a name: the last object that was found to have it. */
  readonly #owners: number[] = [];
  /** Where the next entry goes. */
  #end = 0;
  /** The innermost array or object that is not closed. Until it is, its second slot tells the one around it. */
  #open = NONE;
  #depth = 0;

  /** @param characters of both documents */
  constructor(characters: number, steps: Steps) {
    const slots = characters + OPEN_SLOTS;
    this.#slots = kept.length < slots ? new Int32Array(slots) : kept;
    kept = NO_SLOTS;
    this.#steps = steps;
  }

  /**
   * Reads JSON (RFC 8259), the primary's first.
   *
   * @returns false if the text is not JSON, is nested deeper than `MAX_DEPTH`, or has an object in which a name occurs
   *   twice, so that programs would not agree on what it means
   * @throws OverBudget
   * @example
   * const tape = new Tape(6, new Steps());
   * tape.read('1.0') && tape.read('"a"'); // true
   * [tape.scalarOf(0), tape.scalarOf(tape.mirror)]; // [1, 'a']
   */
  read(text: string): boolean {
    this.mirror = this.#end;
    this.#texts.push(text);
    this.#open = NONE;
    this.#depth = 0;
    return visitJson(text, this) === null;
  }

  open(_: number, isObject: boolean, isEmpty: boolean): boolean {
    this.#steps.take();
    const around = this.#open;
    this.#open = this.#end;
    this.#push(isObject ? OBJECT : ARRAY, 0, around);
    return (this.#depth += 1) <= MAX_DEPTH || isEmpty;
  }

  /** Returns false if a name of an object occurs twice. */
  close(): boolean {
    const closed = this.#open;
    this.#open = this.second(closed);
    this.#slots[closed + 1] = this.#end;
    this.#depth -= 1;
    if (this.kind(closed) === ARRAY) return true;
    this.#steps.take(OBJECT_STEPS);
    for (let name = closed + ENTRY; name < this.#end; name = this.after(name)) {
      const number = this.first(name);
      if (this.#owners[number] === closed) return false;
      this.#owners[number] = closed;
    }
    return true;
  }

  name(start: number, end: number): void {
    const name = unquoted(this.#texts.at(-1)!.slice(start, end));
    let number = this.#numbers.get(name);
    if (number === undefined) this.#numbers.set(name, (number = this.#names.push(name) - 1));
    this.#push(NAME, number, 0);
  }

  scalar(start: number, end: number): void {
    this.#steps.take();
    this.#push(kindOf(this.#texts.at(-1)![start]!), start, end);
  }

  #push(kind: number, first: number, second: number): void {
    this.#slots[this.#end] = first * 2 ** KIND_BITS + kind;
    this.#slots[this.#end + 1] = second;
    this.#end += ENTRY;
  }

  /** Leaves the slots to another pair. This one must not be looked at afterwards. */
  release(): void {
    if (this.#slots.length <= MAX_KEPT_SLOTS) kept = this.#slots;
  }

  /** @param identity below 0 */
  identify(value: number, identity: number): void {
    this.#slots[value] = identity * 2 ** KIND_BITS + this.kind(value);
  }

  kind(entry: number): number {
    return this.#slots[entry]! & KIND_MASK;
  }

  /** What is in the first slot above the kind. */
  first(entry: number): number {
    return this.#slots[entry]! >> KIND_BITS;
  }

  second(entry: number): number {
    return this.#slots[entry + 1]!;
  }

  /** The document that an entry is of. */
  textOf(entry: number): string {
    return this.#texts[entry < this.mirror ? 0 : 1]!;
  }

  nameOf(entry: number): string {
    return this.#names[this.first(entry)]!;
  }

  /** A scalar as it is written. */
  sourceOf(entry: number): string {
    return this.textOf(entry).slice(this.first(entry), this.second(entry));
  }

  scalarOf(entry: number): Scalar {
    const kind = this.kind(entry);
    const text = this.sourceOf(entry);
    if (kind === NUMBER) return readNumber(text);
    return kind === TEXT ? unquoted(text) : (JSON.parse(text) as Scalar);
  }

  /** The entry after a value or a member. */
  after(entry: number): number {
    const value = this.kind(entry) === NAME ? entry + ENTRY : entry;
    return this.kind(value) > NAME ? this.second(value) : value + ENTRY;
  }

  /** The elements of an array, or the names of an object's members. */
  parts(entry: number): number[] {
    const parts: number[] = [];
    const end = this.second(entry);
    for (let part = entry + ENTRY; part < end; part = this.after(part)) parts.push(part);
    return parts;
  }

  /** How many parts there are. */
  count(entry: number): number {
    let count = 0;
    const end = this.second(entry);
    for (let part = entry + ENTRY; part < end; part = this.after(part)) count += 1;
    return count;
  }

  /** The values within an array or object, one after the other, with their scopes and parts. */
  *within(
    entry: number,
    scope: Scope,
  ): Generator<readonly [value: number, scope: Scope, part: number]> {
    const end = this.second(entry);
    let index = 0;
    for (let part = entry + ENTRY; part < end; part = this.after(part))
      yield this.kind(part) === NAME
        ? [part + ENTRY, scope.member(this.nameOf(part)), part]
        : [part, scope.element(index++), part];
  }
}

/** Of a scalar that begins so. */
function kindOf(char: string): number {
  if (char === '"') return TEXT;
  if (char === 'n') return NULL;
  return char < ':' ? NUMBER : BOOLEAN;
}

function unquoted(literal: string): string {
  return literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
}
