import { isObject } from '../config/schema.ts';
import { printable } from '../http/quoted.ts';
import { AdminRefusal, failed } from './responses.ts';

type JsonObject = Record<string, unknown>;

/** Assigning to `__proto__` would change the object's prototype; defining it makes a plain key. */
function put(object: JsonObject, key: string, value: unknown): void {
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
 * `patch` merged into `target`: objects deeply, `null` deletes, everything else replaces. This is
 * RFC 7396, which is also what APISIX does; neither argument is changed.
 *
 * @example merge({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: null }, d: [3] }) // { a: { c: 2 }, d: [3] }
 */
export function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else put(merged, key, merge(own(merged, key), value));
  }
  return merged;
}

/**
 * A copy of `target` with `value` at `path`. Missing levels are created as objects; a step into an
 * array is a position, as in RFC 6901, at most one past its end.
 *
 * @throws Refusal (400 `invalid sub-path: /...`) when a level on the way is not an object or array
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
  put(copy, step, descend(own(copy, step), path, depth + 1, value));
  return copy;
}

function invalidSubPath(path: readonly string[], length: number): AdminRefusal {
  return new AdminRefusal(
    failed(400, `invalid sub-path: /${printable(path.slice(0, length).join('/'))}`),
  );
}
