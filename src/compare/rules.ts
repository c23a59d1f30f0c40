import { compileFieldRules, type FieldRules, type HeaderRules } from './fields.ts';
import type { RedactRules } from './redact.ts';
import { type Scope, compileScopes } from './scopes.ts';

/** What is compared, and how: the attribute `compare` with its defaults filled in, and `redact`. Plain data. */
export interface CompareRules {
  readonly status: boolean;
  readonly headers: HeaderRules;
  readonly body: 'auto' | 'bytes' | 'none';
  /** JSON Pointers without faults (`pointerFault`), as in `unordered` and `redact.json`. */
  readonly ignore: readonly string[];
  readonly unordered: readonly string[];
  /** Relative difference of two numbers that counts as none. */
  readonly tolerance: number;
  readonly redact: RedactRules;
}

/** The form in which rules are applied. */
export interface CompiledRules {
  readonly status: boolean;
  readonly fields: FieldRules;
  readonly body: CompareRules['body'];
  readonly tolerance: number;
  /** True if parts of JSON bodies are secret: then a body that cannot be read as JSON is secret as a whole. */
  readonly hidesJson: boolean;
  /** What applies to a whole JSON body; to be called once for each pair. */
  root(): Scope;
}

/** Compiles rules, to be done once. */
export function compileRules(rules: CompareRules): CompiledRules {
  const { status, body, tolerance, redact } = rules;
  return {
    status,
    body,
    tolerance,
    fields: compileFieldRules(rules.headers, body !== 'none'),
    hidesJson: redact.json.length > 0,
    root: compileScopes({
      ignored: rules.ignore,
      unordered: rules.unordered,
      redacted: redact.json,
    }),
  };
}
