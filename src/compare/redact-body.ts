import type { Redactor } from './redact.ts';
import type { Scope } from './scopes.ts';
import { OverBudget } from './steps.ts';

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
  const text = jsonText(body);
  if (text === null) return null;
  const spans = boundedSpans(text, root);
  if (spans === null) return null;
  let redacted = '';
  let done = 0;
  for (const [start, end] of spans) {
    redacted += `${text.slice(done, start)}"${await hash(text.slice(start, end))}"`;
    done = end;
  }
  return new TextEncoder().encode(redacted + text.slice(done));
}

/** The text of a body that all programs read as JSON; `null` if it is something else, or packed. */
function jsonText(body: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}

/** An array or object that is not closed yet. */
interface Holder {
  readonly scope: Scope;
  readonly isObject: boolean;
  /** Of the next element. */
  index: number;
  /** True between a member's name and the comma after its value. */
  hasName: boolean;
}

/** The secret values of a text that is JSON; `null` if there are too many, or too much work to find. */
function boundedSpans(text: string, root: Scope): Span[] | null {
  try {
    const spans = secretSpans(text, root);
    return spans.length > MAX_SECRETS ? null : spans;
  } catch (error) {
    if (error instanceof OverBudget) return null;
    throw error;
  }
}

/** The secret values of a text that is JSON, one more than `MAX_SECRETS` at most. None is within another. */
function secretSpans(text: string, root: Scope): Span[] {
  const spans: Span[] = [];
  const holders: Holder[] = [];
  /** Of the value that comes next. */
  let scope = root;
  let start = -1;
  /** Number of holders around the secret value that began at `start`. */
  let depth = 0;

  function begin(at: number): void {
    if (start !== -1 || !scope.redacted) return;
    start = at;
    depth = holders.length;
  }
  function end(at: number): void {
    if (start === -1 || holders.length > depth) return;
    spans.push([start, at]);
    start = -1;
  }
  function open(at: number, isObject: boolean): void {
    begin(at);
    holders.push({ scope, isObject, index: 0, hasName: false });
    if (!isObject) scope = scope.element(0);
  }
  function next(): void {
    const holder = holders.at(-1)!;
    holder.hasName = false;
    if (!holder.isObject) scope = holder.scope.element((holder.index += 1));
  }
  /** A text is a name or a value. */
  function string(at: number, close: number): void {
    const holder = holders.at(-1);
    if (holder?.isObject === true && !holder.hasName) {
      holder.hasName = true;
      scope = holder.scope.member(JSON.parse(text.slice(at, close)) as string);
    } else {
      begin(at);
      end(close);
    }
  }

  for (let at = 0; at < text.length && spans.length <= MAX_SECRETS;) {
    const code = text.charCodeAt(at);
    let close = at + 1;
    if (code === Code.object || code === Code.array) open(at, code === Code.object);
    else if (code === Code.endOfObject || code === Code.endOfArray) {
      holders.pop();
      end(close);
    } else if (code === Code.comma) next();
    else if (code === Code.quote) {
      close = endOfString(text, at);
      string(at, close);
    } else if (isScalar(code)) {
      while (isScalar(text.charCodeAt(close))) close += 1;
      begin(at);
      end(close);
    }
    at = close;
  }
  return spans;
}

/** What has a meaning in JSON. */
const Code = {
  object: 0x7b,
  endOfObject: 0x7d,
  array: 0x5b,
  endOfArray: 0x5d,
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  backslash: 0x5c,
} as const;

/** True within a number or a literal such as `true`: not for white space, nor what ends a value, nor at the text's end. */
function isScalar(code: number): boolean {
  return (
    code > 0x20 &&
    code !== Code.comma &&
    code !== Code.colon &&
    code !== Code.endOfObject &&
    code !== Code.endOfArray
  );
}

/** Where the string that begins at `start` is over. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); ; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === Code.backslash) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
}
