import { type JsonVisitor, visitJson } from '../http/json-text.ts';
import type { Redactor } from './redact.ts';
import type { Scope } from './scopes.ts';
import { OverBudget } from './steps.ts';
import { textOf } from './text.ts';

/** A part of a text. */
type Span = readonly [start: number, end: number];

/** Values of a body that are hashed. One with more is not copied: each takes some microseconds. */
const MAX_SECRETS = 1000;

/**
 * Puts hashes in place of the secret values of a JSON body, and leaves all other bytes as they are: numbers with all their
 * digits, white space, names that occur twice. A byte order mark is left out.
 *
 * @returns `null` if the body cannot be read as JSON, or has more than 1,000 secret values, or too many ways to match the
 *   pointers: a part of it may be secret, and nothing says which
 */
export async function redactedBody(
  body: Uint8Array,
  root: Scope,
  { hash }: Pick<Redactor, 'hash'>,
): Promise<Uint8Array | null> {
  const text = textOf(body);
  if (text === undefined) return null;
  const spans = secretSpans(text, root);
  if (spans === null) return null;
  let redacted = '';
  let done = 0;
  for (const [start, end] of spans) {
    redacted += `${text.slice(done, start)}"${await hash(text.slice(start, end))}"`;
    done = end;
  }
  return new TextEncoder().encode(redacted + text.slice(done));
}

/** The secret values of a text; `null` if it is no JSON, or there are too many, or too much work to find. */
function secretSpans(text: string, root: Scope): Span[] | null {
  const secrets = new Secrets(text, root);
  try {
    return visitJson(text, secrets) === null && secrets.spans.length <= MAX_SECRETS
      ? secrets.spans
      : null;
  } catch (error) {
    if (error instanceof OverBudget) return null;
    throw error;
  }
}

/** An array or object that is not closed yet. */
interface Holder {
  readonly scope: Scope;
  /** Of the next element. */
  index: number;
}

/** Finds the secret values. None is within another. */
class Secrets implements JsonVisitor {
  readonly spans: Span[] = [];
  readonly #text: string;
  readonly #holders: Holder[] = [];
  /** Of the value that comes next. */
  #scope: Scope;
  /** Of the secret value that is not over, and the number of holders around it; -1: there is none. */
  #start = -1;
  #depth = 0;

  constructor(text: string, root: Scope) {
    this.#text = text;
    this.#scope = root;
  }

  open(start: number): void {
    this.#begin(start);
    this.#holders.push({ scope: this.#scope, index: 0 });
    // The names of an object say what comes instead.
    this.#scope = this.#scope.element(0);
  }

  close(end: number): boolean {
    this.#holders.pop();
    this.#end(end);
    return this.spans.length <= MAX_SECRETS;
  }

  name(start: number, end: number): void {
    const name = JSON.parse(this.#text.slice(start, end)) as string;
    this.#scope = this.#holders.at(-1)!.scope.member(name);
  }

  scalar(start: number, end: number): void {
    this.#begin(start);
    this.#end(end);
  }

  #begin(start: number): void {
    if (this.#start !== -1 || !this.#scope.redacted) return;
    this.#start = start;
    this.#depth = this.#holders.length;
  }

  #end(end: number): void {
    const holder = this.#holders.at(-1);
    if (this.#start !== -1 && this.#holders.length === this.#depth) {
      this.spans.push([this.#start, end]);
      this.#start = -1;
    }
    if (holder !== undefined) this.#scope = holder.scope.element((holder.index += 1));
  }
}
