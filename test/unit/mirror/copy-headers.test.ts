import { expect, it } from 'vitest';
import type { MirrorConfig } from '../../../src/config/proxy-mirror.ts';
import { copyHeaders } from '../../../src/mirror/copy-headers.ts';

const PRIMARY = ['Host', 'shop.example', 'X-A', '1', 'x-b', '2', 'X-A', '3'];

function changed(config: Partial<MirrorConfig>): string[] {
  const host = 'http://mirror.example:81';
  return copyHeaders({ host, ...config }, 'mirror.example:81', () => 'me')([...PRIMARY]);
}

const CASES: readonly (readonly [what: string, config: Partial<MirrorConfig>, list: string[]])[] = [
  ['nothing', {}, PRIMARY],
  ['pass', { pass_host: 'pass' }, PRIMARY],
  ['node', { pass_host: 'node' }, ['Host', 'mirror.example:81', ...PRIMARY.slice(2)]],
  [
    'rewrite',
    { pass_host: 'rewrite', upstream_host: 'new.example' },
    ['Host', 'new.example', ...PRIMARY.slice(2)],
  ],
  [
    'set, which replaces all of that name',
    { headers: { set: { 'x-a': 'new', 'X-C': 'c' } } },
    ['Host', 'shop.example', 'x-b', '2', 'x-a', 'new', 'X-C', 'c'],
  ],
  ['add, which keeps them', { headers: { add: { 'X-B': 'more' } } }, [...PRIMARY, 'X-B', 'more']],
  [
    'remove, by any case',
    { headers: { remove: ['x-a', 'X-None'] } },
    ['Host', 'shop.example', 'x-b', '2'],
  ],
  [
    'remove, of what is sent in lower case',
    { headers: { remove: ['X-B'] } },
    ['Host', 'shop.example', 'X-A', '1', 'X-A', '3'],
  ],
];

it.each(CASES)('changes what is configured: %s', (_, config, list) => {
  expect(changed(config)).toEqual([...list, 'x-mirrored-by', 'me']);
});

it("leaves the primary's list alone", () => {
  const primary = [...PRIMARY];
  copyHeaders({ host: 'http://m' }, 'm', () => 'me')(primary);
  expect(primary).toEqual(PRIMARY);
});

it('makes each copy of its own request alone', () => {
  const config: MirrorConfig = { host: 'http://m', pass_host: 'node' };
  const copied = copyHeaders(config, 'm', () => 'me');
  copied(['X-A', '1']);
  expect(copied(['X-B', '2'])).toEqual(['Host', 'm', 'X-B', '2', 'x-mirrored-by', 'me']);
});
