import { type Automaton, automaton, fieldRules, type Rule, TOKEN } from '../grammar.ts';

/**
 * Matches a complete head: a request line of three parts with one space between them; a target in origin, absolute
 * (`http` and `https` only) or asterisk form; then fields whose names are tokens directly before the colon. No line
 * folding, no bare CR or LF, no control characters except tab (RFC 9112 sections 2.2, 3, 5.1 and 5.2, RFC 9110
 * section 5.5).
 *
 * Accepts the same heads as `REQUEST_HEAD`, in a fraction of the time, but needs the whole head at once.
 */
export const WHOLE_HEAD: RegExp =
  /^[!#$%&'*+\-.^_`|~\w]+ (?:\/[\x21-\x7e\x80-\xff]*|\*|[Hh][Tt][Tt][Pp][Ss]?:\/\/[\x21-\x7e\x80-\xff]*) HTTP\/1\.[01](?:\r\n[!#$%&'*+\-.^_`|~\w]+:[\t\x20-\x7e\x80-\xff]*)*\r\n\r\n/;

const DIGIT = /\d/;

/** A character of a target. Bytes above ASCII are invalid, but many clients send them and they do no harm. */
const VISIBLE = /[\x21-\x7e\x80-\xff]/;

/** RFC 9112 section 3. Other versions of HTTP have states of their own: they get a 505 and not a 400. */
const REQUEST_LINE: readonly Rule[] = [
  ['start', TOKEN, 'method'],
  ['method', TOKEN, 'method'],
  ['method', ' ', 'target'],
  ['target', '/', 'path'],
  ['target', '*', 'asterisk'],
  ['target', /h/i, 'h'],
  ['h', /t/i, 'ht'],
  ['ht', /t/i, 'htt'],
  ['htt', /p/i, 'http'],
  ['http', ':', 'scheme:'],
  ['http', /s/i, 'https'],
  ['https', ':', 'scheme:'],
  ['scheme:', '/', 'scheme:/'],
  ['scheme:/', '/', 'path'],
  ['path', VISIBLE, 'path'],
  ['path', ' ', 'version'],
  ['asterisk', ' ', 'version'],
  ['version', 'H', 'H'],
  ['H', 'T', 'HT'],
  ['HT', 'T', 'HTT'],
  ['HTT', 'P', 'HTTP'],
  ['HTTP', '/', 'HTTP/'],
  ['HTTP/', DIGIT, 'major'],
  ['HTTP/', '1', '1'],
  ['1', DIGIT, 'major'],
  ['1', '.', '1.'],
  ['1.', DIGIT, 'minor'],
  ['1.', /[01]/, '1.1'],
  ['1.1', DIGIT, 'minor'],
  ['1.1', '\r', 'lf'],
  ['major', DIGIT, 'major'],
  ['major', '.', 'major.'],
  ['major.', DIGIT, 'minor'],
  ['minor', DIGIT, 'minor'],
];

/** The head of a request as a state table, from `start` on. The input may be split at any byte. */
export const REQUEST_HEAD: Automaton = automaton([...REQUEST_LINE, ...fieldRules()]);

/** The first state after the request line. */
export const FIELDS: number = REQUEST_HEAD.of('line');

/** The state at the end of another version than 1.0 and 1.1. */
export const FOREIGN_VERSION: number = REQUEST_HEAD.of('minor');
