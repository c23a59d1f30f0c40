import { type Fault, HIDE_PATH } from './fault.ts';
import { forbidden } from './messages.ts';

const MAX_LEVELS = 64;

/**
 * Finds values that the later checks must not see:
 * - nesting deep enough to overflow the stack: most engines' JSON.parse accepts it, JSON.stringify does not;
 * - cycles, possible in a value that a program passes in;
 * - an own key `__proto__`, which makes a careless merge pollute prototypes.
 */
export function hazards(value: unknown): Fault[] {
  const faults: Fault[] = [];
  const stack: { value: unknown; path: (string | number)[] }[] = [{ value, path: [] }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { value: object, path } = top;
    if (typeof object !== 'object' || object === null) continue;
    if (path.length >= MAX_LEVELS) {
      const message = `nested too deeply (at most ${MAX_LEVELS} levels)`;
      // Stop at the first: a cycle has no end. The start of the path shows where it is.
      return [{ path: path.slice(0, 8), message, hiddenSteps: HIDE_PATH }];
    }
    const isArray = Array.isArray(object);
    for (const key of Object.keys(object)) {
      if (key === '__proto__')
        faults.push({ path: [...path, key], message: forbidden(key), hiddenSteps: 1 });
      const child = (object as Record<string, unknown>)[key];
      // Most values of a document are scalars, which need no check.
      if (typeof child === 'object' && child !== null)
        stack.push({ value: child, path: [...path, isArray ? Number(key) : key] });
    }
  }
  return faults;
}
