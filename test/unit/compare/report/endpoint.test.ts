import { describe, expect, it } from 'vitest';
import {
  countedPlace,
  endpointMethod,
  endpointPath,
  pathOf,
} from '../../../../src/compare/report/endpoint.ts';
import { pointerFault } from '../../../../src/compare/pointer.ts';
import { degree, LINEAR } from '../../../support/growth.ts';

describe('the path of an endpoint', () => {
  it.each([
    ['/', '/'],
    ['*', '*'],
    ['/users/42/orders/0b2d9c5e-7f53-4d7e-9d4c-0f4c2e1a9b11?x=1', '/users/{n}/orders/{uuid}'],
    ['http://shop.example/users/7', '/users/{n}'],
    ['/a//b/', '/a//b/'],
    // Numbers and lists of them.
    ['/+491711234567', '/{n}'],
    ['/at/52.52,13.40', '/at/{n},...'],
    ['/by/1,2', '/by/{n},...'],
    ['/by/1,2,3,4', '/by/{n},...'],
    ['/Users(42)/x', '/Users({n})/x'],
    ['/img/42.png', '/img/{n}.png'],
    ['/tile/3/4/5@2x.png', '/tile/{n}/{n}/{n}@2x.png'],
    // Dates.
    ['/r/2026-11-26', '/r/{date}'],
    ['/r/2026-11', '/r/{date}'],
    ['/r/2026-11-26T10%3A00%3A00.123%2B01:00', '/r/{date}'],
    // Ids of all kinds.
    ['/c/507f1f77bcf86cd799439011', '/c/{hex}'],
    ['/commit/a1b2c3d', '/commit/{hex}'],
    ['/a;jsessionid=9F8A7B6C5D4E3F2A', '/a;jsessionid={hex}'],
    ['/e/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/e/{ulid}'],
    ['/e/cjld2cjxh0000qzrmn831i7rn', '/e/{token}'],
    ['/watch/dQw4w9WgXcQ', '/watch/{token}'],
    ['/dp/B08N5WRWNW', '/dp/{token}'],
    ['/title/tt0111161', '/title/tt{n}'],
    ['/order-2024-0001', '/order-{n}'],
    ['/c/cus_NffrFeUfNV2Hib', '/c/cus_{token}'],
    ['/tok_live_9aB8cD7eF6gH', '/tok_live_{token}'],
    ['/main.8f3a2b1c.js', '/main.{hex}.js'],
    ['/assets/index-BX3f9Qz1.js', '/assets/index-{token}.js'],
    ['/u/a%40shop.example', '/u/{email}'],
    ['/from/10.1.2.3', '/from/{ip}'],
    ['/lodash@4.17.21', '/lodash@{version}'],
    [`/x/${'y'.repeat(70)}`, '/x/{text}'],
    // Titles and sentences.
    ['/blog/how-to-cook-rice-at-home', '/blog/{slug}'],
    ['/q/12345-how-to', '/q/{slug}'],
    ['/s/hello%20world', '/s/{slug}'],
    [`/a${'/b'.repeat(30)}`, `/a${'/b'.repeat(15)}/...`],
  ])('%s is %s', (target, path) => {
    expect(endpointPath(target)).toBe(path);
  });

  it.each([
    '/api/v1/getUserV2ById',
    '/v1.2/x',
    '/facade/decade',
    '/caf%C3%A9',
    '/terms-and-conditions',
    '/.well-known/openid-configuration',
    '/sha256sum/base64url/oauth2/k8s/x86_64',
    '/h264-x265-mp4-av1',
    '/@babel/core',
    '/en-US/OAuth2Callback',
    "/Products('ab')",
    '/%ff%00',
  ])('%s stays as it is', (target) => {
    expect(endpointPath(target)).toBe(target);
  });

  it('has at most 256 characters and what shows that it was cut', () => {
    const long = `/${Array.from({ length: 10 }, () => 'x'.repeat(60)).join('/')}`;
    expect(endpointPath(long)).toHaveLength(259);
    expect(pathOf(long)).toHaveLength(259);
  });

  it.each([
    ['letters', (size: number) => `/${'a'.repeat(size)}`],
    ['digits and letters', (size: number) => `/${'1a'.repeat(size / 2)}`],
    ['slashes', (size: number) => '/'.repeat(size)],
    ['words', (size: number) => `/${'a-'.repeat(size / 2)}`],
    ['escapes', (size: number) => `/${'%20'.repeat(size / 3)}`],
    ['points', (size: number) => `/${'.'.repeat(size)}`],
  ])('costs in proportion: %s', (_, text) => {
    const grown = degree((size) => {
      const target = text(size);
      return () => endpointPath(target);
    });
    expect(grown).toBeLessThan(LINEAR);
  });
});

it('methods that clients make up are one', () => {
  expect(['GET', 'PURGE', 'get', 'FOO'].map(endpointMethod)).toEqual([
    'GET',
    'PURGE',
    'OTHER',
    'OTHER',
  ]);
});

it.each([
  ['', ''],
  ['status', 'status'],
  ['x-cursor', 'x-cursor'],
  ['/items/*/price', '/items/*/price'],
  ['/users/0b2d9c5e-7f53-4d7e-9d4c-0f4c2e1a9b11/name', '/users/*/name'],
  ['/by-day/2026-11-26', '/by-day/*'],
  ['/a~1b/sha256/address1Line2City3', '/a~1b/sha256/address1Line2City3'],
])('the place %s is counted as %s', (place, counted) => {
  expect(countedPlace(place)).toBe(counted);
});

it('a place that is long ends with a whole name, and still matches what it stands for', () => {
  const names = Array.from({ length: 30 }, (_, i) => `${'~1'.repeat(5)}${'b'.repeat(i)}`);
  const counted = countedPlace(`/${names.join('/')}`);
  expect(counted.length).toBeLessThanOrEqual(256);
  expect(pointerFault(counted)).toBe(undefined);
  const kept = counted.slice(1).split('/');
  expect(kept.at(-1)).toBe('**');
  expect(kept.slice(0, -1)).toEqual(names.slice(0, kept.length - 1));
  expect(countedPlace(counted)).toBe(counted);
});
