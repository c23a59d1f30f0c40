import { type Automaton, automaton, fieldRules, type Rule } from '../grammar.ts';

/**
 * Matches a complete head, strictly: a status line, then fields whose names are tokens directly before the colon; no
 * bare CR or LF, no NUL (RFC 9112 sections 2.2, 4 and 5). No line folding: a proxy may unfold it or respond with 502
 * (section 5.2); like nginx, Envoy and Node we respond with 502, since responses get split by a line that some parsers
 * read as a field and others as part of the field before.
 *
 * Accepts the heads that `RESPONSE_HEAD` accepts without leniency, in a fraction of the time, but needs the whole head.
 */
export const WHOLE_HEAD: RegExp =
  // oxlint-disable-next-line no-control-regex
  /^HTTP\/1\.[01] [1-9]\d\d(?: [^\r\n\0]*)?\r\n(?:[!#$%&'*+\-.^_`|~\w]+:[^\r\n\0]*\r\n)*\r\n/;

/** A character of a reason phrase or a field value: any but CR, LF and NUL. */
// oxlint-disable-next-line no-control-regex
const ANY = /[^\r\n\0]/;

const DIGIT = /\d/;

/** RFC 9112 section 4. The space after the status may be missing if there is no reason phrase. */
const STATUS_LINE: readonly Rule[] = [
  ['start', 'H', 'H'],
  ['H', 'T', 'HT'],
  ['HT', 'T', 'HTT'],
  ['HTT', 'P', 'HTTP'],
  ['HTTP', '/', 'HTTP/'],
  ['HTTP/', '1', '1'],
  ['1', '.', '1.'],
  ['1.', /[01]/, '1.1'],
  ['1.1', ' ', 'status'],
  ['status', /[1-9]/, 'digit 1'],
  ['digit 1', DIGIT, 'digit 2'],
  ['digit 2', DIGIT, 'digit 3'],
  ['digit 3', ' ', 'value'],
  ['digit 3', '\r', 'lf'],
  ['digit 3', '\n', 'line'],
];

/**
 * The head of a response as a state table, from `start` on. The input may be split at any byte. As with nginx, LF alone
 * ends a line (RFC 9112 section 2.2), and blanks before a colon are accepted, to be removed (section 5.1).
 */
export const RESPONSE_HEAD: Automaton = automaton([
  ...STATUS_LINE,
  ...fieldRules({ value: ANY, spaceBeforeColon: true, bareLf: true }),
]);
