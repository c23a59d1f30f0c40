import { describe, expect, it } from 'vitest';
import { compareMirrors } from '../../../src/compare/compared-mirror.ts';
import { comparer } from '../../../src/compare/compare.ts';
import type { RecordedResponse } from '../../../src/compare/recorded.ts';
import type { CompareConfig } from '../../../src/config/compare.ts';
import type { RoutesDocument } from '../../../src/config/document.ts';
import { type MirrorConfig, mirrorsOf } from '../../../src/config/proxy-mirror.ts';
import { createGateway } from '../../../src/gateway.ts';
import { type Change, changeOf, rulesOf } from '../../../src/ui/actions.ts';
import { isIgnored } from '../../../src/ui/ignoring.ts';
import { json, KEY } from '../compare/responses.ts';

const A = 'http://a.example';
const B = 'http://b.example';

/** The ways in which a plugin can say that the mirror `A` is compared. */
const PLUGINS: Readonly<Record<string, object>> = {
  true: { host: A, compare: true },
  'an object': { host: A, compare: { tolerance: 0.5, ignore: ['/known'] } },
  'inherited true': { compare: true, mirrors: [{ host: B }, { host: A }] },
  'an inherited object': {
    compare: { tolerance: 0.5, ignore: ['/known'], headers: { ignore: ['X-Known'] } },
    mirrors: [{ host: B }, { host: A }],
  },
  'an own object beside an inherited one': {
    compare: { ignore: ['/other'] },
    mirrors: [{ host: B }, { host: A, compare: { keep: 1 } }],
  },
  'with other attributes': {
    host: A,
    sample_ratio: 0.5,
    compare: { baseline: 'primary', headers: { ignore: ['X-Known'] }, unordered: ['/items'] },
  },
};

/** A gateway with the plugin on the route `r.1`, and what the admin API makes of a change. */
function gatewayWith(plugin: object) {
  const route = {
    id: 'r.1',
    uri: '/*',
    upstream: { nodes: { '127.0.0.1:1': 1 } },
    plugins: { 'proxy-mirror': plugin },
  };
  const gateway = createGateway({ routes: [route as never], adminKey: 'secret' });
  async function admin(method: string, path: string, body?: unknown) {
    const init = {
      method,
      headers: { 'x-api-key': 'secret' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const response = await gateway.fetch(new Request(`http://localhost${path}`, init));
    return { status: response.status, json: (await response.json()) as any };
  }
  async function document(): Promise<RoutesDocument> {
    const { json: list } = await admin('GET', '/apisix/admin/routes');
    return { routes: list.list.map(({ value }: any) => value) };
  }
  /** Makes a change as the page does. */
  async function change(query: Record<string, string>) {
    const asked = new URLSearchParams({ route: 'r.1', mirror: A, ...query });
    const made = changeOf(asked, await document());
    if (typeof made === 'string') return made;
    const { status, json: said } = await admin(made.method, made.path, made.body);
    expect([status, said.error_msg]).toEqual([200, undefined]);
    return made;
  }
  async function mirrors(): Promise<Record<string, MirrorConfig>> {
    const [one] = (await document()).routes;
    return Object.fromEntries(
      mirrorsOf(one!.plugins!['proxy-mirror']!).map(({ name, ...mirror }) => [name, mirror]),
    );
  }
  return { change, mirrors, document };
}

/** Places that differ between two responses and count, by the rules of a mirror. */
async function counted(config: MirrorConfig, pair: readonly [RecordedResponse, RecordedResponse]) {
  const mirror = { route: 'r.1', host: A, timeout: 1, config };
  const { rules } = compareMirrors([mirror as never], () => null)!
    .values()
    .next().value!;
  const comparison = await comparer(rules as never, KEY)(...pair);
  if (comparison.result === 'not_compared') throw new Error(comparison.reason);
  return comparison.differences.filter(({ ignored }) => !ignored).map(({ place }) => place);
}

/** Two responses that differ in `/price` and in one more place. */
const DIFFERING: readonly (readonly [
  place: string,
  primary: RecordedResponse,
  mirror: RecordedResponse,
])[] = [
  ['/total', json('{"price":1,"total":1}'), json('{"price":9,"total":9}')],
  ['/items/*/id', json('{"price":1,"items":[{"id":1}]}'), json('{"price":9,"items":[{"id":9}]}')],
  [
    '/a~1b/m~0n/ /"',
    json('{"price":1,"a/b":{"m~n":{" ":{"\\"":1}}}}'),
    json('{"price":9,"a/b":{"m~n":{" ":{"\\"":9}}}}'),
  ],
  ['/', json('{"price":1,"":1}'), json('{"price":9,"":9}')],
  ['/\u202e<b>', json('{"price":1,"\u202e<b>":1}'), json('{"price":9,"\u202e<b>":9}')],
  ['status', json('{"price":1}'), json('{"price":9}', { status: 500 })],
  [
    'x-version',
    json('{"price":1}', { headers: ['Content-Type', 'application/json', 'X-Version', '1'] }),
    json('{"price":9}', { headers: ['Content-Type', 'application/json', 'X-Version', '2'] }),
  ],
  [
    'set-cookie',
    json('{"price":1}', { headers: ['Content-Type', 'application/json', 'Set-Cookie', 'a=1'] }),
    json('{"price":9}'),
  ],
];

describe.each(Object.entries(PLUGINS))('ignoring a place where compare is %s', (_, plugin) => {
  it.each(DIFFERING)(
    '%s: it no longer counts, and nothing else changes',
    async (place, ...pair) => {
      const { change, mirrors } = gatewayWith(plugin);
      const before = await mirrors();
      expect((await counted(before[A]!, pair)).toSorted()).toEqual(['/price', place].toSorted());
      await change({ do: 'ignore', place });
      const after = await mirrors();
      expect(await counted(after[A]!, pair)).toEqual(['/price']);
      expect(after[B]).toEqual(before[B]);
      const { compare: was, ...others } = before[A]!;
      const { compare: is, ...same } = after[A]!;
      expect(same).toEqual(others);
      // All that was said of comparing is still said.
      expect(is).toMatchObject(typeof was === 'object' ? withoutLists(was) : {});
      const ignored = (is as { ignore?: string[] }).ignore ?? [];
      if (typeof was === 'object')
        expect(ignored).toEqual(expect.arrayContaining([...(was.ignore ?? [])]));
    },
  );

  it.each(DIFFERING)('%s: it counts again when it is no longer ignored', async (place, ...pair) => {
    const { change, mirrors } = gatewayWith(plugin);
    const before = await counted((await mirrors())[A]!, pair);
    expect(await change({ do: 'stop-ignoring', place })).toMatch('is not ignored at');
    await change({ do: 'ignore', place });
    await change({ do: 'stop-ignoring', place });
    const after = (await mirrors())[A]!;
    expect(await counted(after, pair)).toEqual(before);
    const { ignore = [] } = after.compare as CompareConfig;
    expect(ignore).not.toContain(place);
  });

  it('twice is as once', async () => {
    const { change, mirrors, document } = gatewayWith(plugin);
    for (const place of ['status', '/total', 'x-version']) {
      expect(isIgnored(rulesOf('r.1', A, await document())!, place)).toBe(false);
      await change({ do: 'ignore', place });
      expect(isIgnored(rulesOf('r.1', A, await document())!, place)).toBe(true);
      const once = await mirrors();
      expect(await change({ do: 'ignore', place })).toMatch(`${place} is ignored already`);
      expect(await mirrors()).toEqual(once);
    }
    const { ignore, headers } = (await mirrors())[A]!.compare as any;
    expect([ignore.at(-1), headers.ignore.at(-1)]).toEqual(['/total', 'x-version']);
  });
});

function withoutLists(compare: object): object {
  return Object.fromEntries(
    Object.entries(compare).filter(([name]) => !['ignore', 'headers'].includes(name)),
  );
}

it('ignoring a field takes it from the list of those that alone are compared', async () => {
  const { change, mirrors, document } = gatewayWith({
    host: A,
    compare: { headers: { only: ['X-Version', 'etag'] } },
  });
  await change({ do: 'ignore', place: 'x-version' });
  expect((await mirrors())[A]!.compare).toEqual({ headers: { only: ['etag'] } });
  const rules = rulesOf('r.1', A, await document())!;
  expect(['x-version', 'etag'].map((place) => isIgnored(rules, place))).toEqual([true, false]);
  await change({ do: 'ignore', place: 'etag' });
  expect((await mirrors())[A]!.compare).toEqual({ headers: { only: [] } });
  await change({ do: 'stop-ignoring', place: 'x-version' });
  expect((await mirrors())[A]!.compare).toEqual({ headers: { only: ['x-version'] } });
});

it('what is ignored stays where one place no longer is', async () => {
  const { change, mirrors } = gatewayWith({
    host: A,
    compare: { ignore: ['/a', '/b', '/c'], headers: { ignore: ['X-A', 'x-b'] } },
  });
  expect(await change({ do: 'stop-ignoring', place: '/b' })).toMatchObject({
    question: 'Stop ignoring this place?',
    path: '/apisix/admin/routes/r.1/plugins/proxy-mirror/compare/ignore',
    body: ['/a', '/c'],
  });
  await change({ do: 'stop-ignoring', place: 'x-a' });
  expect((await mirrors())[A]!.compare).toEqual({
    ignore: ['/a', '/c'],
    headers: { ignore: ['x-b'] },
  });
});

it('says how far ignoring reaches, and warns of what it hides', async () => {
  const { change } = gatewayWith({ host: A, compare: true });
  const made = async (query: Record<string, string>) =>
    (await change({ do: 'ignore', ...query })) as Change;
  const { meaning, warning, done } = await made({ place: '/a', endpoints: '1200' });
  expect(meaning).toMatch('At all endpoints of this mirror (1,200 in the report so far): pairs');
  expect(warning).toBe(undefined);
  expect(done).toMatch(`Ignored from the next pair on at the mirror ${A} of route r.1: /a. `);
  const status = await made({ place: 'status', endpoints: 'x' });
  expect(status.meaning).toMatch('At all endpoints of this mirror: pairs');
  expect(status.warning).toMatch('No difference of statuses is listed any more then, new 5xx');
});

it('what the request changes is one attribute where the mirror has an object of its own', async () => {
  const { change } = gatewayWith({
    mirrors: [{ host: B }, { host: A, compare: { ignore: ['/a'] } }],
  });
  expect(await change({ do: 'ignore', place: '/b' })).toMatchObject({
    method: 'PATCH',
    path: '/apisix/admin/routes/r.1/plugins/proxy-mirror/mirrors/1/compare/ignore',
    body: ['/a', '/b'],
  });
});

it('comparing is turned on for one mirror', async () => {
  const { change, mirrors } = gatewayWith({ mirrors: [{ host: B }, { host: A, compare: false }] });
  await change({ do: 'compare' });
  expect(await mirrors()).toEqual({ [B]: { host: B }, [A]: { host: A, compare: true } });
  expect(await change({ do: 'compare' })).toMatch('is compared already');
});

it.each([[{ only: ['x-a', 'etag'] }], [{ ignore: ['x-b'] }]])(
  'the name of a field has no case: %j',
  async (headers) => {
    const { change, mirrors } = gatewayWith({ host: A, compare: { headers } });
    const { about } = (await change({ do: 'ignore', place: 'ETag' })) as Change;
    expect(about[0]).toEqual(['Place', 'etag']);
    expect(await change({ do: 'ignore', place: 'Etag' })).toMatch('etag is ignored already');
    await change({ do: 'stop-ignoring', place: 'ETAG' });
    expect((await mirrors())[A]!.compare).toEqual({ headers });
  },
);

it('a question says what is sent, and only of endpoints that can be counted', async () => {
  const { change, mirrors } = gatewayWith({ host: A, compare: true });
  const share = (await change({ do: 'share', percent: '33.33333333' })) as Change;
  expect([share.question, share.body]).toEqual(['Copy 33.3333 % of the requests?', 0.333333]);
  expect((await mirrors())[A]!.sample_ratio).toBe(0.333333);
  for (const endpoints of ['Infinity', '1e99', '1.5', '-1', 'x']) {
    const { meaning } = (await change({
      do: 'ignore',
      place: `/${endpoints}`,
      endpoints,
    })) as Change;
    expect(meaning).not.toMatch('in the report so far');
  }
});

describe('pausing and the share', () => {
  it.each([
    ['one mirror', { host: A }],
    ['one of two', { mirrors: [{ host: B }, { host: A, _meta: { filter: [] } }] }],
  ])('%s', async (_, plugin) => {
    const { change, mirrors } = gatewayWith(plugin);
    const before = await mirrors();
    await change({ do: 'share', percent: '12.5' });
    expect((await mirrors())[A]).toEqual({ ...before[A], sample_ratio: 0.125 });
    await change({ do: 'pause' });
    expect((await mirrors())[A]!._meta).toMatchObject({ disable: true });
    expect((await mirrors())[B]).toEqual(before[B]);
    expect(await change({ do: 'share', percent: '50' })).toMatch('is paused: resume it first');
    expect(await change({ do: 'ignore', place: '/a' })).toMatch('is paused: resume it first');
    await change({ do: 'resume' });
    expect((await mirrors())[A]!._meta).toMatchObject({ disable: false });
  });

  it('a plugin that is disabled as a whole is resumed as a whole, whatever it holds', async () => {
    for (const mirrors of [
      [{ host: B }, { host: A, compare: 5 }],
      [null, 7, { host: A }],
    ]) {
      const { change, document } = gatewayWith({ _meta: { disable: true }, mirrors });
      expect(await change({ do: 'ignore', place: '/a' })).toMatch('is paused: resume it first');
      const made = changeOf(
        new URLSearchParams({ do: 'resume', route: 'r.1', mirror: A }),
        await document(),
      );
      expect(made).toMatchObject({
        path: '/apisix/admin/routes/r.1/plugins/proxy-mirror/_meta/disable',
        body: false,
      });
    }
    const broken = gatewayWith({ _meta: { disable: true }, mirrors: 5 });
    expect(await broken.change({ do: 'resume' })).toMatch('no longer has');
  });
});

describe('what cannot be changed says why', () => {
  it.each([
    [{ do: 'nothing' }, 'unknown change nothing'],
    [{ do: 'constructor' }, 'unknown change constructor'],
    [{ do: 'pause', route: 'gone' }, 'route gone no longer has this mirror'],
    [
      { do: 'pause', mirror: 'http://gone.example' },
      'no longer has the mirror http://gone.example',
    ],
    [{ do: 'ignore', place: '/a' }, 'is not compared: there is nothing to ignore'],
    [{ do: 'share', percent: '0' }, 'expected 0.001 to 100 percent, found 0'],
    [{ do: 'share', percent: 'x\u202e' }, 'found x\\u202e'],
    [{ do: 'share', percent: '100' }, `The share of the mirror ${A} of route r.1 is 100 % already`],
    [
      { do: 'share', percent: '99.99999999' },
      `The share of the mirror ${A} of route r.1 is 100 % already`,
    ],
  ])('%j', async (query, words) => {
    expect(await gatewayWith({ host: A }).change(query as Record<string, string>)).toMatch(words);
  });

  it.each([
    ['/a~2', 'expected "~0" for "~"'],
    [`/${'a'.repeat(1024)}`, 'at most 1024 characters'],
    ['x y', 'expected the name of a header field, found "x y"'],
  ])('a place that there cannot be: %s', async (place, words) => {
    const { change } = gatewayWith({ host: A, compare: true });
    expect(await change({ do: 'ignore', place })).toMatch(words);
    expect(await change({ do: 'stop-ignoring', place })).toMatch(words);
  });

  it('the whole body', async () => {
    expect(
      await gatewayWith({ host: A, compare: true }).change({ do: 'ignore', place: '' }),
    ).toMatch('"body": "none"');
  });
});

it.each([
  ['/b', `${A}/b`],
  [undefined, `${A}/#2`],
])('changes the second of two mirrors with one host and the path %s', async (path, mirror) => {
  const { change } = gatewayWith({ mirrors: [{ host: A }, { host: A, path }] });
  expect(await change({ do: 'pause', mirror })).toMatchObject({
    question: 'Pause this mirror?',
    about: [
      ['Mirror', mirror],
      ['Route', 'r.1'],
    ],
    path: '/apisix/admin/routes/r.1/plugins/proxy-mirror/mirrors/1/_meta/disable',
  });
});
