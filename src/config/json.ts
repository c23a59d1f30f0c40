import { visitJson } from '../http/json-text.ts';
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
  const error = visitJson(json);
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
