import { isObject } from '../config/schema.ts';
import { printable } from '../http/quoted.ts';
import { AdminRefusal, failed } from './responses.ts';

type JsonObject = Record<string, unknown>;

/** Sets an own property. Assigning to `__proto__` would change the object's prototype instead. */
function define(object: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function own(value: JsonObject, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/**
 * Merges `patch` into a copy of `target` as RFC 7396 and APISIX do: objects are merged deeply, `null` deletes a key,
 * any other value replaces. Neither argument is changed.
 *
 * @example merge({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: null }, d: [3] }) // { a: { c: 2 }, d: [3] }
 */
export function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else define(merged, key, merge(own(merged, key), value));
  }
  return merged;
}

/**
 * Sets `value` at `path` in a copy of `target`. Missing levels are created as objects. A step into an array is an
 * index as in RFC 6901, at most the array's length.
 *
 * @throws AdminRefusal (400 `invalid sub-path: /...`) when a level on the way is not an object or array
 * @example setAt({ a: 1 }, ['b', 'c'], 2) // { a: 1, b: { c: 2 } }
 */
export function setAt(target: unknown, path: readonly string[], value: unknown): unknown {
  return descend(target, path, 0, value);
}

function descend(target: unknown, path: readonly string[], depth: number, value: unknown): unknown {
  if (depth === path.length) return value;
  const step = path[depth]!;
  if (Array.isArray(target)) {
    const position = /^(?:0|[1-9]\d{0,8})$/.test(step) ? Number(step) : Infinity;
    if (position > target.length) throw invalidSubPath(path, depth + 1);
    const copy = [...(target as unknown[])];
    copy[position] = descend(copy[position], path, depth + 1, value);
    return copy;
  }
  if (target !== undefined && !isObject(target)) throw invalidSubPath(path, depth);
  const copy = { ...target };
  define(copy, step, descend(own(copy, step), path, depth + 1, value));
  return copy;
}

function invalidSubPath(path: readonly string[], length: number): AdminRefusal {
  return new AdminRefusal(
    failed(400, `invalid sub-path: /${printable(path.slice(0, length).join('/'))}`),
  );
}
