import { type Fault, HIDE_PATH } from './fault.ts';
import { forbidden } from './text.ts';

const DEEPEST = 64;

/**
 * What no later step should have to meet: nesting deep enough to overflow a stack (JSON.parse takes
 * it on most engines, JSON.stringify does not), cycles in a value that a program handed over, and
 * `__proto__` as a key of its own, which turns a careless merge into prototype pollution.
 */
export function hazards(value: unknown): Fault[] {
  const faults: Fault[] = [];
  const stack: { value: unknown; path: (string | number)[] }[] = [{ value, path: [] }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { value: object, path } = top;
    if (typeof object !== 'object' || object === null) continue;
    if (path.length >= DEEPEST) {
      const message = `nested too deeply (at most ${DEEPEST} levels)`;
      // One is enough: a cycle would be met over and over.
      return [{ path: path.slice(0, 8), message, hiddenSteps: HIDE_PATH }];
    }
    const isArray = Array.isArray(object);
    for (const key of Object.keys(object)) {
      if (key === '__proto__')
        faults.push({ path: [...path, key], message: forbidden(key), hiddenSteps: 1 });
      const child = (object as Record<string, unknown>)[key];
      // Scalars are most of a document and need no visit.
      if (typeof child === 'object' && child !== null)
        stack.push({ value: child, path: [...path, isArray ? Number(key) : key] });
    }
  }
  return faults;
}
