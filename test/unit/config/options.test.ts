import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/error.ts';
import { GATEWAY_OPTIONS, optionFaults } from '../../../src/config/options.ts';
import { createGateway } from '../../../src/gateway.ts';
import { mirrorFetch, proxyMirror } from '../../../src/middleware.ts';
import { nodeRuntime } from '../../../src/runtime/node.ts';
import { memoryStore } from '../../../src/stores/memory.ts';

const RUNTIME = 'runtime: expected a runtime such as nodeRuntime(), found';
const MEMORY = 'mirrorMemory: expected a whole number of bytes, at least 0, found';
const LONGEST = 'longestCopy: expected seconds above 0, at most 2147483, found';
const ADDRESS = 'expected an address or a range such as 10.0.0.0/8, found';

type Row = readonly [options: object, line: string];

/** Of all three functions. */
const SHARED: readonly Row[] = [
  [{ runtime: nodeRuntime }, `${RUNTIME} a function`],
  [{ runtime: 'node' }, `${RUNTIME} "node"`],
  [{ runtime: { receive() {}, sendCopy() {} } }, `${RUNTIME} an object`],
  [{ mirrorMemory: '64M' }, `${MEMORY} "64M"`],
  [{ mirrorMemory: NaN }, `${MEMORY} NaN`],
  [{ mirrorMemory: Infinity }, `${MEMORY} Infinity`],
  [{ mirrorMemory: -1 }, `${MEMORY} -1`],
  [{ mirrorMemory: 0.5 }, `${MEMORY} 0.5`],
  [{ mirrorMemory: null }, `${MEMORY} null`],
  [{ onOutcome: {} }, 'onOutcome: expected a function, found an object'],
  [{ onOutcome: true }, 'onOutcome: expected a function, found true'],
  [{ onOutcom: () => {} }, 'onOutcom: unknown option: did you mean onOutcome?'],
  [{ mirror_memory: 1 }, 'mirror_memory: unknown option: did you mean mirrorMemory?'],
  [
    { 'a\nb': 1 },
    '["a\\nb"]: unknown option: expected one of runtime, mirrorMemory, redactKey, onOutcome, onComparison',
  ],
  [{ constructor: 1 }, 'constructor: unknown option: expected one of runtime, mirrorMemory'],
  [JSON.parse('{"__proto__":1}') as object, '__proto__: unknown option: expected one of runtime'],
  [null as never, 'expected an object of options, found null'],
  [[] as never, 'expected an object of options, found a list'],
  ['x' as never, 'expected an object of options, found "x"'],
];

const GATEWAY: readonly Row[] = [
  ...SHARED,
  [{ onEvent: 'log' }, 'onEvent: expected a function, found "log"'],
  [{ trustedProxies: '10.0.0.0/8' }, 'trustedProxies: expected a list of addresses and ranges'],
  [{ trustedProxies: ['10.0.0.0/33'] }, `trustedProxies[0]: ${ADDRESS} "10.0.0.0/33"`],
  [{ trustedProxies: ['::1', 7] }, `trustedProxies[1]: ${ADDRESS} 7`],
  [{ longestCopy: 0 }, `${LONGEST} 0`],
  [{ longestCopy: Infinity }, `${LONGEST} Infinity`],
  [{ longestCopy: '10' }, `${LONGEST} "10"`],
  [{ adminKey: 7 }, 'adminKey: expected a text, or null, found 7'],
  [{ store: 'routes.json' }, 'store: expected a store such as memoryStore(document), found "rout'],
  [{ store: { load() {} } }, 'store: expected a store such as memoryStore(document), found an obj'],
  [{ routes: '/a' }, 'routes: wrong type: expected array, got string'],
];

const HOST = { host: 'http://m' };

describe.each<[string, (options: never) => unknown, readonly Row[]]>([
  ['createGateway', createGateway, GATEWAY],
  ['proxyMirror', (options) => proxyMirror(HOST, options), SHARED],
  ['mirrorFetch', (options) => mirrorFetch(() => new Response(), HOST, options), SHARED],
])('%s', (name, call, rows) => {
  it.each(rows)('refuses %o', (options, line) => {
    const thrown = errorOf(() => call(options as never));
    expect(thrown.faults).toHaveLength(1);
    expect(thrown.message.slice(0, name.length + 2 + line.length)).toBe(`${name}: ${line}`);
  });
});

it('all faults are told at once, those of the configuration as well', () => {
  expect(
    errorOf(() => createGateway({ routes: [{ uri: 'x' }], mirrorMemory: -1, onEvnt: 1 } as never))
      .faults,
  ).toMatchObject([
    { path: ['mirrorMemory'] },
    { path: ['onEvnt'], message: 'unknown option: did you mean onEvent?' },
    { path: ['routes', 0] },
  ]);
  const mirrored = errorOf(() => mirrorFetch({} as never, { host: 'm' }, { runtime: 1 } as never));
  expect(mirrored.faults.map(({ path }) => path)).toEqual([['host'], ['runtime'], ['handler']]);
  expect(mirrored.message).toContain(
    'handler: expected a function that takes a Request, such as app.fetch, found an object',
  );
});

it('options that are undefined were not given, and valid ones have no faults', () => {
  const names = Object.keys(GATEWAY_OPTIONS) as (keyof typeof GATEWAY_OPTIONS)[];
  const absent = Object.fromEntries(names.map((name) => [name, undefined]));
  expect(optionFaults(absent as Record<(typeof names)[0], undefined>, GATEWAY_OPTIONS)).toEqual([]);
  const all = {
    runtime: nodeRuntime(),
    mirrorMemory: 0,
    onOutcome() {},
    onEvent() {},
    store: memoryStore({ routes: [] }),
    adminKey: null,
    trustedProxies: ['10.0.0.0/8', '::1'],
    longestCopy: 0.5,
  };
  expect(optionFaults({ ...all, routes: [] }, GATEWAY_OPTIONS)).toEqual([]);
});

function errorOf(call: () => unknown): ConfigError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error('nothing was thrown');
}
