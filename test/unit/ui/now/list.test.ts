import { expect, it } from 'vitest';
import { listed } from '../../../../src/ui/views/now/listed.ts';
import { MAX_ROWS, pageOf } from '../../../../src/ui/views/now/page.ts';
import { addressOf, stateOf } from '../../../../src/ui/views/now/state.ts';
import { surveyed } from '../../../../src/ui/views/now/survey.ts';
import { FAILED, routeTo, type Scene, scene, SKIPPED } from './context.ts';

const START_MS = 1_790_000_000_000;

/** Ids and hosts on the page of an address. */
function rows({ context, recent }: Scene, query = '', nowMs = START_MS): string[] {
  const state = stateOf(new URLSearchParams(query));
  const { found } = surveyed(listed(context.inForce()!), recent, state, nowMs);
  return pageOf(found, state.page).shown.flatMap(({ route, mirrors }) =>
    mirrors.length === 0 ? [route.id] : mirrors.map(({ name }) => `${route.id} ${name}`),
  );
}

const ids = (...args: Parameters<typeof rows>) => rows(...args).map((row) => row.split(' ')[0]!);

it('has the busiest routes first, and keeps their places while rates waver', () => {
  const clock = { nowMs: START_MS };
  const all = scene(
    ['a', 'b', 'c', 'd'].map((id) => routeTo(id)),
    clock,
  );
  all.happen('b', 100);
  all.happen('c', 110);
  all.happen('d', 900);
  expect(ids(all)).toEqual(['d', 'b', 'c', 'a']);
  clock.nowMs += 60_000;
  all.happen('a', 5);
  expect(ids(all, '', clock.nowMs)).toEqual(['a', 'b', 'c', 'd']);
});

it('is looked through again after a while, not for each page that is open', () => {
  const all = scene([routeTo('a'), routeTo('b')], { nowMs: START_MS });
  expect(ids(all)).toEqual(['a', 'b']);
  all.happen('b', 100);
  expect(ids(all, '', START_MS + 800)).toEqual(['a', 'b']);
  // Another search is looked for at once.
  expect(ids(all, 'text=/', START_MS + 800)).toEqual(['b', 'a']);
  expect(ids(all, '', START_MS + 6000)).toEqual(['b', 'a']);
  // Also when the clock was set back.
  const later = scene([routeTo('a'), routeTo('b')], { nowMs: START_MS });
  expect(ids(later, '', START_MS + 100_000)).toEqual(['a', 'b']);
  later.happen('b', 100);
  expect(ids(later)).toEqual(['b', 'a']);
});

it('finds routes and mirrors by id, uri and host, in any case', () => {
  const all = scene([
    routeTo('cart', {}, { hosts: ['Shop.example', 'other.example'] }),
    routeTo('none', null, { uri: undefined, uris: ['/x', '/Deep/*'] }),
    routeTo('two', { host: undefined, mirrors: [{ host: 'http://a' }, { host: 'http://b' }] }),
  ]);
  expect(ids(all, 'text=CART')).toEqual(['cart']);
  expect(ids(all, 'text=shop.EXAMPLE')).toEqual(['cart']);
  expect(ids(all, 'text=/deep')).toEqual(['none']);
  expect(ids(all, 'text=mirror-of-cart')).toEqual(['cart']);
  expect(rows(all, 'text=http://b')).toEqual(['two http://b']);
  expect(rows(all, 'text=two')).toEqual(['two http://a', 'two http://b']);
  expect(rows(all, 'text=nowhere')).toEqual([]);
});

it('finds mirrors that fail, are blocked, paused or compared', () => {
  const all = scene([
    routeTo('fails'),
    routeTo('skips'),
    routeTo('blocked'),
    routeTo('paused', { compare: true, _meta: { disable: true } }),
    routeTo('compared', { compare: true }),
    routeTo('no-longer', { compare: false }),
    routeTo('none', null),
  ]);
  all.happen('fails', 1, FAILED);
  all.happen('skips', 1, SKIPPED);
  all.breakAt('blocked');
  for (const [only, found] of [
    ['failed', 'fails'],
    ['open', 'blocked'],
    ['paused', 'paused'],
    ['compared', 'compared'],
  ])
    expect(ids(all, `only=${only}`)).toEqual([found]);
  expect(ids(all, 'only=paused&text=fails')).toEqual([]);
  expect(ids(all, 'only=nonsense')).toHaveLength(7);
});

it('has pages of so many rows, also of one route with many mirrors', () => {
  const mirrors = Array.from({ length: 3 * MAX_ROWS }, (_, i) => ({ host: `http://m-${i}` }));
  const all = scene([
    routeTo('a', null),
    routeTo('many', { host: undefined, mirrors }),
    routeTo('z'),
  ]);
  expect(rows(all)).toHaveLength(MAX_ROWS);
  expect(rows(all)[1]).toBe('many http://m-0');
  expect(rows(all, 'page=2')[0]).toBe(`many http://m-${MAX_ROWS - 1}`);
  const pages = [1, 2, 3, 4].flatMap((page) => rows(all, `page=${page}`));
  expect([pages.length, new Set(pages).size]).toEqual([62, 62]);
  expect(rows(all, 'page=4')).toEqual(['many http://m-59', 'z http://mirror-of-z.example']);
  expect(rows(all, 'page=1000')).toEqual(rows(all, 'page=4'));
  for (const page of ['0', '-1', '1.5', 'x', '1e400'])
    expect(rows(all, `page=${page}`)).toEqual(rows(all));
});

it('lists what a paused plugin says, of which nothing was checked', () => {
  const _meta = { disable: true };
  const inside = { host: 'http://inside', sample_ratio: 0.5 };
  const all = scene([
    routeTo('a', { host: { not: 'a host' }, sample_ratio: 'no', compare: 7, _meta }),
    routeTo('b', { host: undefined, mirrors: 'none', _meta }),
    routeTo('c', { host: undefined, mirrors: [null, { host: 'http://c' }], _meta }),
    routeTo('d', { host: undefined, mirrors: [{ ...inside, _meta }, { host: 'http://runs' }] }),
  ]);
  const mirrors = listed(all.context.inForce()!).routes.map((route) =>
    route.mirrors.map(({ name, share, isCompared, live }) => [
      name,
      share,
      isCompared,
      live !== null,
    ]),
  );
  expect(mirrors).toEqual([
    [['', null, false, false]],
    [['', 1, false, false]],
    [
      ['', 1, false, false],
      ['http://c', 1, false, false],
    ],
    [
      ['http://inside', 0.5, false, false],
      ['http://runs', 1, false, true],
    ],
  ]);
});

it('has all of what it shows in its address', () => {
  const state = stateOf(new URLSearchParams('text= a%26b &only=open&page=3&held=yes'));
  expect(state).toEqual({ text: 'a&b', only: 'open', page: 3, isHeld: true });
  expect(stateOf(new URL(addressOf(state), 'http://localhost').searchParams)).toEqual(state);
  expect(addressOf(stateOf(new URLSearchParams()))).toBe('/apisix/ui?view=now');
});
