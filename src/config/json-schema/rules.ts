import { compareObject } from '../compare.ts';
import { UPSTREAM_DEFAULTS } from '../defaults.ts';
import { documentSchema, RESOURCES } from '../document.ts';
import { entry, weight } from '../nodes.ts';
import type { PluginsConfig } from '../plugins.ts';
import { breakerObject, mirrorSchema, pluginSchema } from '../proxy-mirror.ts';
import { PAIRS, REFERENCES, routeSchema } from '../route.ts';
import type { Test } from '../schema.ts';
import { KEY_TESTS, upstreamSchema } from '../upstream.ts';
import { NODE_HOST } from './checks.ts';
import type { JsonSchema } from './json-schema.ts';
import { merged } from './merge.ts';
import { ofTest, schemaOf } from './schema-of.ts';

// What the validator checks in code beside its schemas: which fields need or exclude each other, and what is inside of
// fields that are checked one by one.

export function documentRules(): JsonSchema {
  const resources = Object.entries(RESOURCES).map(([name, reason]) => [
    name,
    { enum: [null, [], {}], description: `Not supported here: ${reason}.` },
  ]);
  return merged(schemaOf(documentSchema), {
    title: 'routes document',
    properties: { $schema: {}, routes: { items: routeRules() }, ...Object.fromEntries(resources) },
  });
}

function routeRules(): JsonSchema {
  return merged(schemaOf(routeSchema), {
    title: 'route',
    properties: {
      plugins: pluginsRules(),
      upstream: upstreamRules(),
      ...Object.fromEntries(Object.keys(REFERENCES).map((name) => [name, false])),
    },
    // A route without an id has its place as its id.
    required: [],
    oneOf: [has('uri'), has('uris')],
    anyOf: [has('upstream'), has('plugins')],
    allOf: PAIRS.map((pair) => ({ not: has(...pair) })),
  });
}

function upstreamRules(): JsonSchema {
  return merged(schemaOf(upstreamSchema), {
    title: 'upstream',
    properties: { nodes: nodesRules() },
    required: ['nodes'],
    allOf: [
      REWRITE_RULE,
      when(is('type', 'chash'), { ...has('key'), allOf: Array.from(KEY_TESTS, keyRule) }),
    ],
  });
}

function keyRule([hashOn, test]: [unknown, Test<string>]): JsonSchema {
  const { required, ...mayBe } = is('hash_on', hashOn);
  const chosen = hashOn === UPSTREAM_DEFAULTS.hash_on ? mayBe : { ...mayBe, required };
  return when(chosen, { properties: { key: ofTest(test) } });
}

/** Both forms in one: the keywords for arrays pass over objects, and those for objects over arrays. */
function nodesRules(): JsonSchema {
  const unbracketed = '[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*';
  return {
    type: ['object', 'array'],
    additionalProperties: schemaOf(weight),
    propertyNames: { pattern: `^(?:${NODE_HOST}(?::\\d{1,9})?|${unbracketed})$` },
    items: { title: 'node', ...schemaOf(entry) },
  };
}

function pluginsRules(): JsonSchema {
  const properties: Record<keyof PluginsConfig, JsonSchema> = {
    'proxy-mirror': { type: 'object', ...unlessDisabled(pluginRules()) },
  };
  return { properties, additionalProperties: false };
}

function pluginRules(): JsonSchema {
  const eachMirror = (rule: JsonSchema): JsonSchema => ({
    properties: { mirrors: { items: unlessDisabled(rule) } },
  });
  const named = has('upstream_host');
  const another = { ...has('pass_host'), not: REWRITES };
  const breaker = { anyOf: [schemaOf(breakerObject), { const: false }] };
  const compare = { anyOf: [compareRules(), { type: 'boolean' }] };
  const properties = { breaker, compare };
  const mirror = merged(schemaOf(mirrorSchema), { title: 'mirror', properties });
  return merged(schemaOf(pluginSchema), {
    title: 'proxy-mirror',
    properties: { mirrors: { items: unlessDisabled(mirror) }, ...properties },
    oneOf: [has('host'), has('mirrors')],
    allOf: [
      when({ not: has('mirrors') }, REWRITE_RULE),
      // A mirror inherits `pass_host` and `upstream_host` from beside the list.
      when({ not: named }, eachMirror(REWRITE_RULE)),
      when({ ...REWRITES, not: named }, eachMirror({ anyOf: [named, another] })),
    ],
  });
}

function compareRules(): JsonSchema {
  const headers = { title: 'compared headers', not: has('ignore', 'only') };
  return merged(schemaOf(compareObject), { title: 'compare', properties: { headers } });
}

/** Of a disabled plugin nothing is checked but its filter. */
function unlessDisabled(rules: JsonSchema): JsonSchema {
  const disabled = { type: 'object', ...is('disable', true) };
  const isDisabled = { type: 'object', ...has('_meta'), properties: { _meta: disabled } };
  return { if: isDisabled, else: rules };
}

const REWRITES = is('pass_host', 'rewrite');
const REWRITE_RULE = when(REWRITES, has('upstream_host'));

function when(condition: JsonSchema, rule: JsonSchema): JsonSchema {
  // oxlint-disable-next-line unicorn/no-thenable -- nobody awaits a schema
  return { if: condition, then: rule };
}

function has(...keys: string[]): JsonSchema {
  return { required: keys };
}

function is(key: string, value: unknown): JsonSchema {
  return { properties: { [key]: { const: value } }, required: [key] };
}
