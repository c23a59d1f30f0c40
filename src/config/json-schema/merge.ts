import { isObject } from '../schema.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * A schema with more keywords. Where both have the same keyword, two objects become one, and anything else is
 * taken from `more`.
 *
 * @example
 * merged({ properties: { a: { type: 'object' } } }, { properties: { a: { title: 'A' } } })
 * // { properties: { a: { type: 'object', title: 'A' } } }
 */
export function merged(schema: JsonSchema, more: JsonSchema): JsonSchema {
  const both: Record<string, unknown> = { ...schema };
  for (const [keyword, value] of Object.entries(more)) {
    const present = both[keyword];
    both[keyword] = isObject(present) && isObject(value) ? merged(present, value) : value;
  }
  return both;
}
