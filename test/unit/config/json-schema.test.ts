import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { checkDocument, RESOURCES } from '../../../src/config/document.ts';
import { BEYOND } from '../../../src/config/json-schema/beyond.ts';
import { documentSchema } from '../../../src/config/json-schema/document.ts';
import { WORDS } from '../../../src/config/json-schema/words.ts';
import { REFERENCES } from '../../../src/config/route.ts';
import { nodesOf } from '../../../src/config/upstream.ts';
import { compileUpstream } from '../../../src/exchange/upstream.ts';
import type { Inbound } from '../../../src/http/messages.ts';
import { compileMirrors } from '../../../src/mirror/mirror.ts';
import { compileRule } from '../../../src/routes/rule.ts';
import type { JsonSchema } from '../../../src/config/json-schema/json-schema.ts';
import { random } from '../../support/random.ts';
import { verdicts } from './agree.ts';
import { DOCUMENTS } from './documents.ts';
import { mutation, mutations, places, valuesByKey } from './mutations.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Keys that may be added anywhere, each with values. */
const KEYS = new Map<string, readonly unknown[]>([
  ...valuesByKey(DOCUMENTS),
  ...[...Object.keys(RESOURCES), ...Object.keys(REFERENCES)].map((key): [string, unknown[]] => [
    key,
    ['1'],
  ]),
  ['unknown', [1]],
  ['filter_func', ['']],
]);

describe('the schema and the validator', () => {
  it.each(DOCUMENTS.map((document) => [document]))('accept a valid document', (document) => {
    expect(verdicts(document)).toEqual({ valid: true, difference: null, beyond: [] });
  });

  const seen = new Set<string>();
  const counts = { accepted: 0, refused: 0 };
  function tryAll(mutants: Iterable<unknown>): void {
    for (const mutant of mutants) {
      const { valid, difference, beyond } = verdicts(mutant);
      if (difference !== null) expect([difference, mutant]).toEqual([null, mutant]);
      counts[valid ? 'accepted' : 'refused'] += 1;
      for (const name of beyond) seen.add(name);
    }
  }

  it.each(DOCUMENTS.map((document) => [document]))('agree on all one step from %j', (document) => {
    tryAll(mutations(document, KEYS));
  });

  it('agree on what is two to four steps away, drawn by chance', () => {
    const next = random(2020);
    for (let i = 0; i < 3000; i++) {
      let mutant = DOCUMENTS[i % DOCUMENTS.length];
      for (let steps = 2 + Math.floor(next() * 3); steps > 0; steps--)
        mutant = mutation(mutant, KEYS, next);
      tryAll([mutant]);
    }
  });

  it('were asked about enough, also in each way in which they may differ', () => {
    expect(counts.accepted).toBeGreaterThan(1000);
    expect(counts.refused).toBeGreaterThan(1000);
    expect([...seen].toSorted()).toEqual(Object.keys(BEYOND).toSorted());
  });
});

describe('every field', () => {
  const { $defs, ...document } = documentSchema();
  const objects: Readonly<Record<string, JsonSchema>> = {
    ...($defs as typeof objects),
    'routes document': document as never,
  };
  const fields = Object.entries(objects).flatMap(([title, { properties }]) =>
    Object.entries(properties!).map(([name, property]) => ({ title, name, property })),
  );

  it('has a description, and no other has one', () => {
    const described = fields.filter(({ property }) => property && 'description' in property);
    const refused = new Set(Object.keys(REFERENCES));
    expect(described.length).toBe(fields.filter(({ name }) => !refused.has(name)).length);
    const words = Object.entries(WORDS).flatMap(([title, { fields: own, defaults = {} }]) =>
      [...Object.keys(own), ...Object.keys(defaults)].map((name) => `${title}.${name}`),
    );
    const names = new Set(fields.map(({ title, name }) => `${title}.${name}`));
    expect(words.filter((name) => !names.has(name))).toEqual([]);
  });

  it('has a valid default, if it has one', () => {
    const ajv = new Ajv2020({ strict: false }).addSchema(documentSchema(), 'routes');
    const defaults = fields.flatMap(({ title, name, property }) =>
      property && 'default' in property ? [{ title, name, value: property['default'] }] : [],
    );
    expect(defaults.length).toBeGreaterThan(15);
    for (const { title, name, value } of defaults) {
      const validate = ajv.getSchema(`routes#/$defs/${title}/properties/${name}`)!;
      expect([title, name, validate(value)]).toEqual([title, name, true]);
    }
  });

  it('means without a value what it means with its default', () => {
    type Defaults = Readonly<Record<string, unknown>>;
    const defaultsOf = (title: string): Defaults => WORDS[title]!.defaults ?? {};
    const plain = (compiled: unknown): unknown => JSON.parse(JSON.stringify(compiled));
    const node = { nodes: { 'a:81': 1 } };
    const mirror = { host: 'http://b:82' };
    const message = { target: '/c', method: 'GET', headers: ['Host', 'd'], body: null };
    const compiled = (defaults: (title: string) => Defaults) => {
      const keepalive_pool = defaults('keepalive_pool');
      const upstream = compileUpstream(
        { ...node, ...defaults('upstream'), keepalive_pool },
        defaults('route'),
      );
      const _meta = defaults('_meta');
      const options = { instance: () => 'i' };
      const mirrors = compileMirrors(
        '1',
        { ...mirror, ...defaults('proxy-mirror'), _meta },
        options,
      );
      return plain({
        rule: compileRule({ uri: '/a', ...defaults('route') }),
        nodes: nodesOf({ nodes: [{ host: 'a', weight: 1, ...defaults('node') }] }),
        upstream,
        host: upstream.hostFor({ authority: 'd' } as Inbound, upstream.nodes[0]!),
        // They hold their configuration as it was written.
        mirrors: mirrors.map((one) => ({ ...one, config: null })),
        copies: mirrors.map((one) => one.copyOf(message as never, null)),
      });
    };
    expect(compiled(defaultsOf)).toEqual(compiled(() => ({})));
  });

  it('is in one of the documents that are changed', () => {
    const tried = new Set(DOCUMENTS.flatMap((one) => places(one).map((path) => path.at(-1))));
    const missed = fields.filter(({ name, property }) => property && !tried.has(name));
    expect(missed.map(({ name }) => name).filter((name) => !(name in RESOURCES))).toEqual([]);
  });
});

describe('examples', () => {
  const pages = [
    'README.md',
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ].map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));
  const documents = pages.flatMap(({ name, text }) =>
    Array.from(text.matchAll(/^```json\n(.*?)^```$/gms), ([, block]): [string, unknown] => [
      name,
      JSON.parse(block!),
    ]).filter(([, value]) => 'routes' in (value as object)),
  );
  const routes = pages.flatMap(({ name, text }) =>
    Array.from(text.matchAll(/-X PUT\b[^']*'([^']+)'/g), ([, body]): [string, unknown] => [
      name,
      { routes: [{ id: '1', ...(JSON.parse(body!) as object) }] },
    ]),
  );

  it.each([...documents, ...routes])('of %s are valid: %j', (_, document) => {
    expect(verdicts(document)).toEqual({ valid: true, difference: null, beyond: [] });
  });

  it('are found, of documents and of routes', () => {
    expect([documents.length > 0, routes.length > 0]).toEqual([true, true]);
  });
});

describe('where it is found', () => {
  const require = createRequire(import.meta.url);

  it('the command prints what the package exports', () => {
    const printed = execFileSync('node', [join(root, 'dist/cli/main.js'), 'schema'], {
      encoding: 'utf8',
    });
    expect(readFileSync(require.resolve('proxy-mirror/schema.json'), 'utf8')).toBe(printed);
    expect(JSON.parse(printed)).toEqual(documentSchema());
  });

  it('a document may name it', () => {
    const $schema = './node_modules/proxy-mirror/dist/schema.json';
    expect(checkDocument({ $schema, routes: [] }).ok).toBe(true);
  });
});
