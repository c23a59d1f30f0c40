import type { Rule } from './automaton.ts';

/** A character of a token (RFC 9110 section 5.6.2). */
export const TOKEN: RegExp = /[!#$%&'*+\-.^_`|~\w]/;

export const BLANK: RegExp = /[\t ]/;

/** A character of a field's value (RFC 9110 section 5.5). */
export const TEXT: RegExp = /[\t\x20-\x7e\x80-\xff]/;

/** What is read although it should not be sent. */
export interface Leniency {
  /** A character of a value. Default: `TEXT`. */
  readonly value?: RegExp;
  /** Spaces before a colon, which a proxy has to remove from responses (RFC 9112 section 5.1). */
  readonly spaceBeforeColon?: boolean;
  /** LF alone at the end of a line (RFC 9112 section 2.2). */
  readonly bareLf?: boolean;
}

/**
 * Lines of fields and the empty one, from the state `line` on. A name is a token with nothing between
 * it and the colon, and no line is folded (RFC 9112 sections 5.1 and 5.2).
 */
export function fieldRules({ value = TEXT, spaceBeforeColon, bareLf }: Leniency = {}): Rule[] {
  const rules: Rule[] = [
    ['line', TOKEN, 'name'],
    ['line', '\r', 'last lf'],
    ['name', TOKEN, 'name'],
    ['name', ':', 'value'],
    ['value', value, 'value'],
    ['value', '\r', 'lf'],
    ['lf', '\n', 'line'],
    ['last lf', '\n', 'end'],
  ];
  if (spaceBeforeColon === true)
    rules.push(['name', BLANK, 'blank'], ['blank', BLANK, 'blank'], ['blank', ':', 'value']);
  if (bareLf === true) rules.push(['line', '\n', 'end'], ['value', '\n', 'line']);
  return rules;
}
