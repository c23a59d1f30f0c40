import { describe, expect, it } from 'vitest';
import * as validator from '../../../src/config/document.ts';
import { documentText } from '../../../src/config/fault.ts';
import { checkDocument, parseDocument } from './agree.ts';

const upstream = { nodes: { '127.0.0.1:1999': 1 } };
const route = (id: unknown, extra: object = {}) => ({ id, uri: '/hello', upstream, ...extra });

const ID_HINT = 'expected a string of 1 to 64 letters, digits, "-", "_" or ".", or an integer >= 1';

function lines(document: unknown): string[] {
  const checked = checkDocument(document);
  return checked.ok ? [] : documentText(checked.faults, document);
}

describe('lines for people', () => {
  it.each([
    [{}, ['routes: property "routes" is required']],
    [
      { route: [] },
      ['routes: property "routes" is required (found "route": did you mean this one?)'],
    ],
    [[], ['wrong type: expected object, got array']],
    [null, ['wrong type: expected object, got null']],
    [{ routes: {} }, ['routes: wrong type: expected array, got object']],
    [{ routes: [5] }, ['routes[0]: wrong type: expected object, got number']],
    [
      { routes: [{ uri: '/a', upstream, nope: 1 }] },
      ['routes[0]: nope: additional properties forbidden, found nope'],
    ],
    [
      { routes: [{ uri: '/a', upstream, plugins: { proxy_mirror: {} } }] },
      [
        'routes[0]: plugins.proxy_mirror: unknown plugin [proxy_mirror] (did you mean "proxy-mirror"?)',
      ],
    ],
    [
      { routes: [route(null)] },
      [`routes[0]: id: object matches none of the required (${ID_HINT})`],
    ],
    [
      { routes: [route('7', { plugins: { 'proxy-mirror': {} } })] },
      ['routes[0] (id "7"): plugins.proxy-mirror.host: property "host" is required'],
    ],
    [
      { routes: [route('6'), route(7, { upstream: { nodes: { 'a:80': 'x' } } })] },
      [
        'routes[1] (id 7): upstream.nodes["a:80"]: object matches none of the required ' +
          '(weight of "a:80": wrong type: expected integer, got string)',
      ],
    ],
    [
      { routes: [route('1', { uri: undefined })] },
      [
        'routes[0] (id "1"): object matches none of the required: ["uri"] or ["uris"] ' +
          '(a route needs one of them)',
      ],
    ],
    [
      { routes: [route(1), route('2'), route('1')] },
      ['routes[2] (id "1"): id: the id of routes[2] is already that of routes[0]'],
    ],
    [
      { routes: [route(2), route(undefined)] },
      [
        'routes[1]: id: the id of routes[1] is already that of routes[0] ' +
          '(routes[1] has no "id", so its place, 2, is its id)',
      ],
    ],
    [
      { routes: [route(undefined), route('1')] },
      [
        'routes[1] (id "1"): id: the id of routes[1] is already that of routes[0] ' +
          '(routes[0] has no "id", so its place, 1, is its id)',
      ],
    ],
    [{ routes: [], expires: { 1: 0 } }, ['expires.1: expected 0 to be greater than 0']],
    [{ routes: [], expires: [] }, ['expires: wrong type: expected object, got array']],
  ])('%j', (document, expected) => {
    expect(lines(document)).toEqual(expected);
  });

  it('lists every fault of every route', () => {
    const bad = { priority: 'x', plugins: { nope: {} } };
    expect(lines({ routes: [route('a', bad), route('b'), route('c', bad)] })).toEqual([
      'routes[0] (id "a"): priority: wrong type: expected integer, got string',
      'routes[0] (id "a"): plugins.nope: unknown plugin [nope]',
      'routes[2] (id "c"): priority: wrong type: expected integer, got string',
      'routes[2] (id "c"): plugins.nope: unknown plugin [nope]',
    ]);
  });
});

describe('a route without an id', () => {
  const idsOf = (document: unknown) => {
    const checked = checkDocument(document);
    return checked.ok ? checked.value.routes.map(({ id }) => id) : null;
  };

  it('has its place for one, counted from 1', () => {
    expect(idsOf({ routes: [route(undefined), route('x'), { uri: '/a', upstream }] })).toEqual([
      '1',
      'x',
      '3',
    ]);
  });

  it('leaves what was given as it was', () => {
    const given = { routes: [{ uri: '/a', upstream }] };
    checkDocument(given);
    expect(given).toEqual({ routes: [{ uri: '/a', upstream }] });
  });
});

describe('other fields', () => {
  it.each([
    ['services'],
    ['upstreams'],
    ['consumers'],
    ['consumer_groups'],
    ['plugin_configs'],
    ['global_rules'],
    ['ssls'],
    ['stream_routes'],
    ['plugin_metadata'],
    ['secrets'],
    ['protos'],
  ])('%s is refused unless empty', (name) => {
    for (const filled of [[{ id: 1 }], { 1: {} }, 'x', 1]) {
      const [line, ...more] = lines({ routes: [], [name]: filled });
      expect(line).toMatch(
        new RegExp(
          `^${name}: additional properties forbidden, found ${name} \\(not supported here`,
        ),
      );
      expect(more).toEqual([]);
    }
    for (const empty of [[], {}, null]) expect(lines({ routes: [], [name]: empty })).toEqual([]);
  });

  it('are kept, and the order of all', () => {
    const text = '{"x":1,"$schema":"./s.json","routes":[],"a":{"b":[]},"expires":{"1":1.5}}';
    const checked = parseDocument(text);
    expect(checked.ok && JSON.stringify(checked.value)).toBe(text);
  });

  it('the value is the one that was given', () => {
    const document = { routes: [route('1')] };
    const checked = checkDocument(document);
    expect(checked.ok && checked.value).toBe(document);
  });
});

describe('hostile documents', () => {
  it.each([
    ['{"routes":[],"__proto__":{"routes":[]}}'],
    ['{"__proto__":{"routes":[]}}'],
    ['{"routes":[],"x":{"y":[{"__proto__":1}]}}'],
    ['{"routes":[],"expires":{"__proto__":1}}'],
  ])('%s', (text) => {
    const checked = parseDocument(text);
    expect(checked.ok ? [] : checked.faults.map((fault) => fault.message)).toContain(
      'additional properties forbidden, found __proto__',
    );
  });

  it('refuses depth anywhere, as it could not be written back', () => {
    const deep = '{"a":'.repeat(30_000) + '1' + '}'.repeat(30_000);
    const checked = parseDocument(`{"routes":[],"x":${deep}}`);
    expect(checked.ok).toBe(false);
    expect(checked.ok ? '' : checked.faults[0]!.message).toMatch(
      /^nested too deeply|too deeply or/,
    );
  });

  it('checks ten thousand routes in a moment', () => {
    const routes = Array.from({ length: 10_000 }, (_, i) => route(String(i)));
    const start = performance.now();
    expect(validator.checkDocument({ routes }).ok).toBe(true);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

it('checks no route again that is known to be valid', () => {
  const [known, other] = [route('1', { nope: 1 }), route('1', { nope: 2 })];
  const checked = validator.checkDocument({ routes: [known, other] }, (one) => one === known);
  // What concerns the whole document is checked all the same.
  expect(checked.ok ? [] : checked.faults.map(({ path }) => path)).toEqual([
    ['routes', 1, 'nope'],
    ['routes', 1, 'id'],
  ]);
});
