import { type Automaton, automaton, fieldRules, type Rule } from '../grammar.ts';

/**
 * A whole head, strictly: a status line, then fields whose names are tokens with nothing between
 * them and the colon; no bare CR or LF, no NUL (RFC 9112 sections 2.2, 4 and 5). And no line folding:
 * a proxy may mend it or answer 502 (section 5.2), and like nginx, Envoy and Node we do the latter,
 * since a line that some read as a field and others as the rest of one is how answers get split.
 *
 * It is what `ANSWER_HEAD` leads to the end where nothing has to be mended, at a fraction of the time.
 */
export const WHOLE_HEAD: RegExp =
  // oxlint-disable-next-line no-control-regex
  /^HTTP\/1\.[01] [1-9]\d\d(?: [^\r\n\0]*)?\r\n(?:[!#$%&'*+\-.^_`|~\w]+:[^\r\n\0]*\r\n)*\r\n/;

/** Anything that ends no line and no string. */
// oxlint-disable-next-line no-control-regex
const ANY = /[^\r\n\0]/;

const DIGIT = /\d/;

/** RFC 9112 section 4. The space behind the status may lack, where no reason follows. */
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
 * The head of an answer, from `start` on, however it is cut. As with nginx, LF alone ends a line
 * (RFC 9112 section 2.2), and spaces before a colon are removed (section 5.1).
 */
export const RESPONSE_HEAD: Automaton = automaton([
  ...STATUS_LINE,
  ...fieldRules({ value: ANY, spaceBeforeColon: true, bareLf: true }),
]);
