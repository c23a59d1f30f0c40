import { describe, expect, it } from 'vitest';
import { comparer } from '../../../src/compare/compare.ts';
import {
  compare,
  differences,
  json,
  jsonDifferences,
  KEY,
  response,
  rules,
  shown,
} from './responses.ts';
import { countSlots } from './slots.ts';

describe('kinds', () => {
  it('value: a status', async () => {
    const [primary, mirror] = [json('{}'), json('{}', { status: 500 })];
    expect(await shown(primary, mirror)).toEqual([200, 500]);
    expect(await differences(primary, mirror)).toEqual(['status value']);
    expect(await differences(primary, mirror, { status: false })).toEqual([]);
  });

  it('value: a member', async () => {
    expect(await jsonDifferences('{"a":{"b":1}}', '{"a":{"b":2}}')).toEqual(['/a/b value']);
  });

  it('type: a member', async () => {
    expect(await jsonDifferences('{"a":1}', '{"a":"1"}')).toEqual(['/a type']);
    expect(await shown(json('{"a":1}'), json('{"a":"1"}'))).toEqual([1, '1']);
  });

  it('missing and extra: a member', async () => {
    expect(await jsonDifferences('{"a":1,"b":2}', '{"b":2,"c":3}')).toEqual([
      '/a missing',
      '/c extra',
    ]);
  });

  it('order: the same elements', async () => {
    expect(await jsonDifferences('{"a":[1,2,{"b":3}]}', '{"a":[{"b":3.0},1,2]}')).toEqual([
      '/a order',
    ]);
    expect(await jsonDifferences('[1,1,2]', '[1,2,2]')).toEqual(['/* value']);
  });

  it('length: an array', async () => {
    expect(await jsonDifferences('{"a":[1,2]}', '{"a":[1,2,3]}')).toEqual(['/a length']);
    expect(await shown(json('[1,2,3]'), json('[]'))).toEqual([3, 0]);
  });
});

describe('arrays', () => {
  const list = (...elements: unknown[]) => JSON.stringify(elements);

  it.each([
    ['one in the middle is gone', list(1, 2, 3, 4), list(1, 2, 4), ['']],
    ['one at the beginning is new', list(1, 2), list(0, 1, 2), ['']],
    ['all are gone', list(1, 2), list(), ['']],
    ['one is new and another changed', list({ a: 1 }, 2, 3), list({ a: 2 }, 2, 3, 4), ['', '/*/a']],
    ['one is new and the rest in another order', list(1, 2, 3, 4), list(4, 3, 9, 2, 1), ['']],
    [
      'one of a shuffled list changed',
      list({ a: 1 }, { a: 2 }, { a: 3 }),
      list({ a: 3 }, { a: 9 }, { a: 1 }),
      ['/*/a'],
    ],
    ['nested lists', list([1, 2], [3, 4]), list([1, 2], [4, 3]), ['/*']],
  ])('%s', async (_, primary, mirror, places) => {
    const found = await jsonDifferences(primary, mirror);
    expect(found.map((difference) => difference.split(' ')[0])).toEqual(places);
  });

  it('names a place once, whatever the index', async () => {
    const many = (price: number) => list(...Array.from({ length: 50 }, (_, id) => ({ id, price })));
    expect(await jsonDifferences(many(1), many(2))).toEqual(['/*/price value']);
  });

  it('shows the first difference of a place, and one that counts before one that does not', async () => {
    const [primary, mirror] = [json('[1,2,3]'), json('[4,5,6]')];
    expect(await shown(primary, mirror)).toEqual([1, 4]);
    expect(await shown(primary, mirror, { ignore: ['/0'] })).toEqual([2, 5]);
  });

  it('does not mind the order where it does not matter, at any depth', async () => {
    const changes = { unordered: ['/a', '/b/**/c'] };
    const ordered = '{"a":[1,{"x":[1,2]}],"b":{"d":{"c":[1,2]},"c":[[1],[2]]}}';
    const shuffled = '{"a":[{"x":[1,2]},1],"b":{"d":{"c":[2,1]},"c":[[2],[1]]}}';
    expect(await jsonDifferences(ordered, shuffled, changes)).toEqual([]);
    expect(await jsonDifferences('{"a":[[1,2],3]}', '{"a":[3,[2,1]]}', changes)).toEqual([
      '/a/* order',
    ]);
    expect(await jsonDifferences('{"a":[1,2,3]}', '{"a":[3,2,4]}', changes)).toEqual([
      '/a/* value',
    ]);
    expect(await jsonDifferences('{"a":[1,2,2]}', '{"a":[2,1]}', changes)).toEqual(['/a length']);
  });

  it('does not mind the order within elements that are elsewhere', async () => {
    const texts = ['[{"t":[1,2]},{"t":[3,4]}]', '[{"t":[4,3]},{"t":[2,1]}]'] as const;
    expect(await jsonDifferences(...texts, { unordered: ['', '/*/t'] })).toEqual([]);
    expect(await jsonDifferences(...texts, { unordered: ['/*/t'] })).toEqual([' order']);
  });

  it('takes no element for another, whatever the names in it', async () => {
    for (let i = 0; i < 20; i += 1) {
      const odd = JSON.stringify([1, 2, { [`a${i},b`]: 2 }, 0]);
      expect(await jsonDifferences('[1,2,{"a":1,"b":2},0]', odd)).toHaveLength(3);
    }
  });

  it('finds elements that are equal but for what is ignored', async () => {
    const ignore = ['/*/at'];
    const primary = list({ id: 1, at: 5 }, { id: 2, at: 6 });
    const mirror = list({ id: 2, at: 7 }, { id: 1 });
    expect(await jsonDifferences(primary, mirror, { ignore })).toEqual([' order']);
    expect(await jsonDifferences(primary, mirror, { ignore, unordered: [''] })).toEqual([]);
  });
});

describe('ignore', () => {
  it('keeps the difference, and does not count it', async () => {
    const [primary, mirror] = [json('{"a":1,"b":{"c":[1]}}'), json('{"a":2,"b":{"c":[2],"d":3}}')];
    const ignore = ['/a', '/b'];
    expect(await differences(primary, mirror, { ignore })).toEqual([
      '(/a value)',
      '(/b/c/* value)',
      '(/b/d extra)',
    ]);
    expect(await compare(primary, mirror, { ignore })).toMatchObject({ result: 'same' });
  });

  it('takes names, any name or index, and any depth', async () => {
    const primary = '{"list":[{"at":1,"in":{"at":1}}],"a/b":1,"m~n":1}';
    const mirror = '{"list":[{"at":2,"in":{"at":2}}],"a/b":2,"m~n":2}';
    const left = async (...ignore: string[]) =>
      (await jsonDifferences(primary, mirror, { ignore })).filter((text) => !text.startsWith('('));
    expect(await left('/list/*/at')).toEqual(['/list/*/in/at value', '/a~1b value', '/m~0n value']);
    expect(await left('/**/at')).toEqual(['/a~1b value', '/m~0n value']);
    expect(await left('/list/0', '/a~1b', '/m~0n')).toEqual([]);
    expect(await left('/list/1', '/a~1b', '/m~0n')).toHaveLength(2);
    expect(await left('/list/**', '/*')).toEqual([]);
    expect(await left('')).toEqual([]);
  });

  it('leaves the order of arrays to be compared, but where all elements are ignored', async () => {
    const ignore = ['/*/b/*', '/0'];
    const order = (primary: string, mirror: string, ...pointers: string[]) =>
      jsonDifferences(primary, mirror, { ignore: pointers });
    expect(await order('[1,2]', '[2,1]', '/*')).toEqual(['( order)']);
    expect(await order('[1,5,6]', '[2,6,5]', ...ignore)).toEqual([' order', '(/* value)']);
    expect(await order('[7,{"a":1,"b":[1]},5,6]', '[7,{"a":2,"b":[2]},6,5]', ...ignore)).toEqual([
      '/*/a value',
      '(/*/b/* value)',
    ]);
    expect(await order('{"a":[[1],2]}', '{"a":[[3],2]}', '/a')).toEqual(['(/a/*/* value)']);
  });

  it('lets no number of ignored differences hide one that counts', async () => {
    const object = (value: number) =>
      JSON.stringify({
        noise: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`n${i}`, value])),
        price: value,
      });
    const found = await jsonDifferences(object(1), object(2), { ignore: ['/noise'] });
    expect(found).toHaveLength(100);
    expect(found[0]).toBe('/price value');
  });
});

describe('tolerance', () => {
  it.each([
    [0.01, '100', '101', []],
    [0.01, '100', '102', [' value']],
    [0.01, '-100', '-101', []],
    [0.01, '-1', '1', [' value']],
    [0.01, '0', '0.001', [' value']],
    [0.01, '1e400', '2e400', [' value']],
    [0.01, '9007199254740993', '9007199254740992', []],
    [0, '1', '1.0000001', [' value']],
    [0.01, '[1.001,2]', '[1,2.001]', []],
    [0.01, '[1.001,2,1]', '[1,2,1.001]', []],
    [0.01, '[{"a":1.001},{"a":1}]', '[{"a":1},{"a":1.001}]', []],
    [0.01, '[1.001,2]', '[2,1]', [' order']],
    [0.01, '[1,2,3]', '[3,1,2]', [' order']],
  ])('of %d: %s and %s', async (tolerance, primary, mirror, expected) => {
    expect(await jsonDifferences(primary, mirror, { tolerance })).toEqual(expected);
    expect(await jsonDifferences(mirror, primary, { tolerance })).toEqual(expected);
  });
});

describe('bodies', () => {
  it('are compared by value where they look like JSON, whatever their type says', async () => {
    const headers = ['Content-Type', 'text/plain'];
    expect(
      await differences(response('{"a":1}', { headers }), response('{"a":1.0}', { headers })),
    ).toEqual([]);
    expect(await differences(response('1', { headers }), response('1.0', { headers }))).toEqual([
      ' value',
    ]);
    const problem = { headers: ['content-type', 'application/problem+json;charset=utf-8'] };
    expect(await differences(response('1', problem), response('1.0', problem))).toEqual([]);
  });

  it('are of another type where one is JSON alone', async () => {
    expect(await jsonDifferences('{"a":1}', '<html>')).toEqual([' type']);
    expect(await shown(json('{"a":1}'), json('<html>'))).toEqual(['{"a":1}', '<html>']);
  });

  it('are missing or extra where one is empty', async () => {
    expect(await jsonDifferences('{"a":1}', '')).toEqual([' missing']);
    expect(await jsonDifferences('', 'a')).toEqual([' extra']);
    expect(await jsonDifferences('', '')).toEqual([]);
  });

  it('are compared as bytes, or not at all, where that is asked for', async () => {
    expect(await jsonDifferences('{"a":1}', '{"a": 1}', { body: 'bytes' })).toEqual([' value']);
    expect(await jsonDifferences('{"a":1}', '{"a":2}', { body: 'none' })).toEqual([]);
  });

  it('count as none where the whole body is ignored', async () => {
    expect(await jsonDifferences('a', 'b', { ignore: [''] })).toEqual(['( value)']);
  });

  it('of event streams are compared as bytes', async () => {
    const headers = ['Content-Type', 'text/event-stream'];
    const [primary, mirror] = [
      response('data: 1\n\n', { headers }),
      response('data: 2\n\n', { headers }),
    ];
    expect(await differences(primary, primary)).toEqual([]);
    expect(await shown(primary, mirror)).toEqual(['data: 1\n\n', 'data: 2\n\n']);
  });

  it.each([
    ['HEAD', 200],
    ['204', 204],
    ['304', 304],
  ])('may be none, even of a coding: %s', async (_, status) => {
    const head = (length: string) =>
      response('', {
        status,
        headers: ['Content-Encoding', 'br', 'Content-Length', length, 'ETag', length],
      });
    expect(await differences(head('1'), head('1'))).toEqual([]);
    expect(await differences(head('1'), head('2'))).toEqual(['etag value']);
  });
});

describe('trailers', () => {
  it('are compared where both have them', async () => {
    const one = response('', { trailers: ['grpc-status', '0'] });
    const other = response('', { trailers: ['Grpc-Status', '5'] });
    expect(await differences(one, other)).toEqual(['grpc-status value']);
    expect(await differences(one, response(''))).toEqual([]);
  });
});

describe('limits', () => {
  it('gives up a pair that takes too many steps', async () => {
    const list = (last: number) => json(JSON.stringify([...Array(1000).fill(0), last]));
    expect(await compare(list(1), list(2), {}, { maxSteps: 1000 })).toEqual({
      result: 'not_compared',
      reason: 'overload',
    });
    expect(await compare(list(1), list(2))).toMatchObject({ result: 'different' });
  });

  it('leaves the room of a pair to the next one, also that of a pair that is given up', async () => {
    const pair = [1, 2].map((last) => json(JSON.stringify([...Array(1000).fill(0), last])));
    await compare(pair[0]!, pair[1]!);
    const slots = countSlots();
    for (const maxSteps of [1000, 10_000]) await compare(pair[0]!, pair[1]!, {}, { maxSteps });
    expect(slots()).toBe(0);
  });

  it('gives up a pair for which pointers match too many ways', async () => {
    const names = [...'abcdefghijklmnopqrst'];
    const nested = (leaf: number, from = 0): string => {
      const members = names.slice(from).map((name, i) => `"${name}":${nested(leaf, from + i + 1)}`);
      return members.length === 0 ? String(leaf) : `{${members.join()}}`;
    };
    const [primary, mirror] = [1, 2].map((last) => json(`{"x":${nested(1, 4)},"y":${last}}`));
    const ignore = names.map((name) => `/**/${name}/**/${name}`);
    expect(await compare(primary!, mirror!, { ignore })).toEqual({
      result: 'not_compared',
      reason: 'overload',
    });
  });

  it('compares what is nested too deeply as bytes', async () => {
    const nested = (depth: number, inner: string) => '['.repeat(depth) + inner + ']'.repeat(depth);
    expect(await jsonDifferences(nested(256, '1'), nested(256, '1.0'))).toEqual([]);
    expect(await jsonDifferences(nested(256, '1'), nested(256, '2'))).toEqual([
      `${'/*'.repeat(32)}/** value`,
    ]);
    expect(await jsonDifferences(nested(257, '1'), nested(257, '1.0'))).toEqual([' value']);
    expect(await jsonDifferences('['.repeat(300_000), ']')).toEqual([' value']);
  });

  it('names at most a hundred differences', async () => {
    const object = (value: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`n${i}`, value])));
    expect(await jsonDifferences(object(1), object(2))).toHaveLength(100);
  });
});

it('compares with the decoders of the runtime, where it is given none', async () => {
  const same = await comparer(rules(), KEY)(json('{"a":1}'), json('{"a":1.0}'));
  expect(same).toEqual({ result: 'same', differences: [] });
});
