import { quoted } from '../http/quoted.ts';
import type { Checked } from './fault.ts';

/**
 * `JSON.parse` with the same error messages on all runtimes. The engines' own messages differ in wording, do
 * not all state the position, and some quote much of the document, which may hold secrets.
 *
 * @returns the value, or one fault: `invalid JSON at line 2, column 5: expected ...`
 * @example parseJson('{"a":}')
 * // { ok: false, faults: [{ path: [], message: 'invalid JSON at line 1, column 6: ...' }] }
 */
export function parseJson(text: string): Checked<unknown> {
  // Some editors still write a byte order mark; RFC 8259 section 8.1 lets a parser ignore it.
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    return { ok: true, value: JSON.parse(json) as unknown };
  } catch {
    return { ok: false, faults: [{ path: [], message: explain(json) }] };
  }
}

function explain(json: string): string {
  const error = firstSyntaxError(json);
  // The grammar allows the text, but the engine refused it: too deep or too large.
  if (error === null) return 'invalid JSON: nested too deeply or too large for this runtime';
  const before = json.slice(0, error.at);
  const line = before.split('\n').length;
  const column = error.at - before.lastIndexOf('\n');
  return `invalid JSON at line ${line}, column ${column}: expected ${error.expected}, got ${found(json, error.at)}`;
}

function found(json: string, at: number): string {
  if (at >= json.length) return 'the end of the text';
  const word = /^[\w$.+-]{1,20}/.exec(json.slice(at, at + 20))?.[0];
  if (json.startsWith('//', at) || json.startsWith('/*', at)) return 'a comment';
  return quoted(word ?? String.fromCodePoint(json.codePointAt(at)!));
}

interface JsonSyntaxError {
  /** Index in the text. */
  readonly at: number;
  readonly expected: string;
}

const SPACE = /[ \t\n\r]*/y;
// RFC 8259 section 7. The loop is unrolled: no input makes it backtrack.
const PLAIN = String.raw`[^"\\\u0000-\u001f]*`;
const ESCAPE = String.raw`\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})`;
const OPEN_STRING = new RegExp(`"${PLAIN}(?:${ESCAPE}${PLAIN})*`, 'y');
const SCALAR =
  /(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\w.+-])/y;

/**
 * Finds the first syntax error (RFC 8259); `null` when there is none. Runs only after the engine refused the
 * text. Keeps its own stack instead of recursing, because the sender decides how deep the text nests.
 */
function firstSyntaxError(json: string): JsonSyntaxError | null {
  const stack: ('{' | '[')[] = [];
  let at = 0;
  const skip = (token: RegExp): boolean => {
    token.lastIndex = at;
    const hit = token.test(json);
    if (hit) at = token.lastIndex;
    return hit;
  };
  const skipString = (): boolean => {
    skip(OPEN_STRING);
    return json[at] === '"' && ++at > 0;
  };
  const badString = (): JsonSyntaxError => ({
    at,
    expected: at >= json.length ? 'a closing quote' : 'a valid character or escape in a string',
  });
  // What is allowed at `at`: a value, the first item or key after an opening bracket, a key, or `,` or a
  // closing bracket after a value.
  let state: 'value' | 'first' | 'key' | 'after' = 'value';
  for (;;) {
    skip(SPACE);
    const char = json[at];
    const inside = stack.at(-1);
    if (state === 'after') {
      if (inside === undefined) return at >= json.length ? null : { at, expected: 'nothing more' };
      const close = inside === '{' ? '}' : ']';
      if (char === close) stack.pop();
      else if (char === ',') state = inside === '{' ? 'key' : 'value';
      else return { at, expected: `"," or "${close}"` };
      at++;
      continue;
    }
    if (state === 'first' && char === (inside === '{' ? '}' : ']')) {
      stack.pop();
      at++;
      state = 'after';
      continue;
    }
    if (state === 'key' || (state === 'first' && inside === '{')) {
      if (char !== '"') {
        const expected =
          state === 'first' ? 'a key in double quotes or "}"' : 'a key in double quotes';
        return { at, expected };
      }
      if (!skipString()) return badString();
      skip(SPACE);
      if (json[at] !== ':') return { at, expected: '":"' };
      at++;
      state = 'value';
      continue;
    }
    if (char === '{' || char === '[') {
      stack.push(char);
      at++;
      state = 'first';
    } else if (char === '"') {
      if (!skipString()) return badString();
      state = 'after';
    } else if (skip(SCALAR)) state = 'after';
    else return { at, expected: state === 'first' ? 'a value or "]"' : 'a value' };
  }
}
