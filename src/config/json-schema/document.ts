import { isObject } from '../schema.ts';
import { BEYOND } from './beyond.ts';
import type { JsonSchema } from './json-schema.ts';
import { documentRules } from './rules.ts';
import { WORDS } from './words.ts';

/**
 * The JSON Schema (draft 2020-12) of a routes document: what `checkDocument` checks, but for `BEYOND`. It is made of
 * what the validator is made of (`schema-of.ts`), of the rules between fields (`rules.ts`), and of words (`words.ts`).
 */
export function documentSchema(): JsonSchema {
  const parts: Record<string, JsonSchema> = {};
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $comment: `The gateway checks also what a schema cannot say: ${Object.values(BEYOND).join('; ')}.`,
    ...described('routes document', finished(documentRules(), '', parts)),
    $defs: parts,
  };
}

/** Objects by their titles, each of which stands in `$defs` and is referred to from elsewhere. */
type Parts = Record<string, JsonSchema>;

/** @param holder the field that holds the schema: an object without a title is called by it */
function part<T>(schema: T, holder: string, parts: Parts): T | JsonSchema {
  if (!isObject(schema)) return schema;
  const done = finished(schema, holder, parts);
  // Rules have `properties` as well, but say nothing of unknown keys.
  if (!('properties' in schema && 'additionalProperties' in schema)) return done;
  const title = String(schema['title'] ?? holder);
  const object = described(title, done);
  const present = (parts[title] ??= object);
  if (JSON.stringify(present) !== JSON.stringify(object)) {
    throw new TypeError(`two objects are called ${title}: give one a title of its own`);
  }
  return { $ref: `#/$defs/${title}` };
}

/** What keywords hold: one schema, a list of them, or one for each name. */
const HELD: ReadonlyMap<string, (value: unknown, holder: string, parts: Parts) => unknown> =
  new Map([
    ...['items', 'additionalProperties', 'if', 'then', 'else', 'not'].map(
      (keyword) => [keyword, part] as const,
    ),
    ...['allOf', 'anyOf', 'oneOf'].map((keyword) => [keyword, partList] as const),
    ['properties', partMap],
  ]);

function partList(schemas: unknown, holder: string, parts: Parts): unknown {
  return (schemas as unknown[]).map((schema) => part(schema, holder, parts));
}

function partMap(schemas: unknown, _: string, parts: Parts): unknown {
  const entries = Object.entries(schemas as object);
  return Object.fromEntries(entries.map(([name, schema]) => [name, part(schema, name, parts)]));
}

/** Keywords with values that mean the same as no keyword. */
const IDLE: ReadonlySet<string> = new Set(['required: []', 'additionalProperties: true']);

/** The helpers' integers are those that a double can hold. */
const INTEGER = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };

function finished(schema: JsonSchema, holder: string, parts: Parts): JsonSchema {
  const keywords = Object.entries(schema)
    .filter(([keyword, value]) => !IDLE.has(`${keyword}: ${JSON.stringify(value)}`))
    .map(([keyword, value]) => [keyword, HELD.get(keyword)?.(value, holder, parts) ?? value]);
  const { type } = schema;
  const limited = [type].flat().includes('integer') && !('enum' in schema);
  return { ...(limited && { type, ...INTEGER }), ...Object.fromEntries(keywords) };
}

function described(title: string, schema: JsonSchema): JsonSchema {
  const words = WORDS[title];
  if (words === undefined) throw new TypeError(`words.ts does not describe ${title}`);
  const { description, fields, defaults = {} } = words;
  const properties = Object.entries(schema.properties!).map(([name, property]) => [
    name,
    property && {
      ...property,
      ...(Object.hasOwn(fields, name) && { description: fields[name] }),
      ...(Object.hasOwn(defaults, name) && { default: defaults[name] }),
    },
  ]);
  return { title, description, ...schema, properties: Object.fromEntries(properties) };
}
