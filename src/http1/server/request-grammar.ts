import { type Automaton, automaton, fieldRules, type Rule, TOKEN } from '../grammar.ts';

/**
 * A whole head, strictly: a request line of three parts with one space between them, a target in
 * origin, absolute or asterisk form, then fields whose names are tokens with nothing between them
 * and the colon. Of schemes those of HTTP alone. No line folding, no bare CR or LF, no control
 * characters but the tab (RFC 9112 sections 2.2, 3, 5.1 and 5.2, RFC 9110 section 5.5).
 *
 * It is what `REQUEST_HEAD` leads to the end, at a fraction of the time where the head is whole.
 */
export const WHOLE_HEAD: RegExp =
  /^[!#$%&'*+\-.^_`|~\w]+ (?:\/[\x21-\x7e\x80-\xff]*|\*|[Hh][Tt][Tt][Pp][Ss]?:\/\/[\x21-\x7e\x80-\xff]*) HTTP\/1\.[01](?:\r\n[!#$%&'*+\-.^_`|~\w]+:[\t\x20-\x7e\x80-\xff]*)*\r\n\r\n/;

const DIGIT = /\d/;

/** A character of a target. Bytes beyond ASCII are sent by many and harm nobody. */
const VISIBLE = /[\x21-\x7e\x80-\xff]/;

/** RFC 9112 section 3. A version of two numbers that is none of ours is told from nonsense. */
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

/** The head of a request, from `start` on, however it is cut. */
export const REQUEST_HEAD: Automaton = automaton([...REQUEST_LINE, ...fieldRules()]);

/** The first state behind the request line, and the one in which the number of a foreign version ends. */
export const FIELDS: number = REQUEST_HEAD.of('line');
export const FOREIGN_VERSION: number = REQUEST_HEAD.of('minor');
