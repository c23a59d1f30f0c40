import { compileVars, VarsError } from '../vars/expression.ts';
import type { Fault } from './fault.ts';

/** Faults of a `vars` expression (a route's `vars`, a plugin's `_meta.filter`); none when absent. */
export function expressionFaults(expression: unknown, path: Fault['path']): Fault[] {
  // Another type is the schema's to report.
  if (!Array.isArray(expression)) return [];
  try {
    compileVars(expression);
    return [];
  } catch (error) {
    if (!(error instanceof VarsError)) throw error;
    const message = `failed to validate the 'vars' expression: ${error.message}`;
    return [{ path, message, noPrefix: true }];
  }
}
