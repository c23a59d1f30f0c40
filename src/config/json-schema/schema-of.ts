import type { GenericSchema } from 'valibot';
import type { Parts, Schema, Test } from '../schema.ts';
import { CHECKS } from './checks.ts';
import type { JsonSchema } from './json-schema.ts';

/** The JSON Schema of a validator that the helpers of `schema.ts` made, from the arguments that they had. */
export function schemaOf(schema: GenericSchema): JsonSchema {
  const { parts } = schema as Partial<Schema<unknown>>;
  // Valibot's own choice between two; `rules.ts` says which.
  return parts === undefined ? {} : keywordsOf(parts);
}

function keywordsOf(parts: Parts): JsonSchema {
  if ('tests' in parts) return Object.assign({ type: parts.type }, ...parts.tests.map(ofTest));
  if ('item' in parts) {
    const { item, min, unique } = parts;
    return {
      type: 'array',
      items: schemaOf(item),
      ...(min > 0 && { minItems: min }),
      ...(unique && { uniqueItems: true }),
    };
  }
  if ('member' in parts) {
    const { member, key } = parts;
    const names = key && { propertyNames: ofTest(key) };
    return { type: 'object', additionalProperties: schemaOf(member), ...names };
  }
  const { entries, required, open } = parts;
  const properties = Object.entries(entries).map(([key, entry]) => [key, schemaOf(entry)]);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required,
    additionalProperties: open ?? false,
  };
}

export function ofTest(test: Test<never>): JsonSchema {
  const keywords = test.keywords ?? CHECKS.get(test);
  if (keywords === undefined) throw new TypeError(`checks.ts has no row for ${test.name}`);
  return keywords;
}
