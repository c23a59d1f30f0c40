import { expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { origin, route } from '../../support/origin.ts';
import type { Stage } from '../../support/stage.ts';
import { send } from '../../support/client.ts';
import { settled } from '../../support/outcomes.ts';
import { can } from '../platform.ts';

/** How a mirror's configuration changes a target. */
const PATHS = [
  ['replace', { path: '/other' }, '/path/a?x=1&y', '/other?x=1&y'],
  ['replace', { path: '/other' }, '/path/a', '/other'],
  [
    'prefix',
    { path: '/pre', path_concat_mode: 'prefix' },
    '/path/a%2Fb?x=1',
    '/pre/path/a%2Fb?x=1',
  ],
] as const;

/** Configured differences between a copy and its primary. */
export function shape(runtime: TestRuntime, stage: Stage): void {
  for (const [mode, plugin, target, expected] of PATHS) {
    it(`turns ${target} into ${expected} by path, mode ${mode}`, async () => {
      await stage.put('path', plugin);
      const { primary, copy } = await stage.pair(target);
      expect([primary.url, copy.url]).toEqual([target, expected]);
    });
  }

  it.each([
    ['pass', {}, (): string => 'client.example'],
    ['node', { pass_host: 'node' }, (): string => stage.mirror.node],
    [
      'rewrite',
      { pass_host: 'rewrite', upstream_host: 'shadow.example' },
      (): string => 'shadow.example',
    ],
  ] as const)('sets Host by pass_host: %s', async (_, plugin, expected) => {
    await stage.put('host', plugin);
    const headers = { host: 'client.example' };
    const { primary, copy } = await stage.pair('/host/a', { headers });
    // Where Host cannot be set, each server gets its own name.
    const settable = can(runtime.name, 'hostToUpstream');
    expect(copy.headers.host).toBe(settable ? expected() : stage.mirror.node);
    expect(primary.headers.host).toBe(settable ? 'client.example' : stage.upstream.node);
    if (can(runtime.name, 'fieldOrder')) expect(copy.rawHeaders[0]).toBe('Host');
  });

  it('has hashes in place of what redact names, and of credentials', async () => {
    await stage.put('redacted', {
      redact: { headers: ['X-Secret'], query: ['token'], copy: true },
      headers: { set: { 'X-Api-Key': 'of the mirror' } },
    });
    const headers = { 'x-secret': 's3cret', authorization: 's3cret', 'x-api-key': 's3cret' };
    const target = '/redacted/a?x=1&token=s3cret&y';
    const body = 'token=s3cret';
    const { primary, copy } = await stage.pair(target, { method: 'POST', headers, body });
    expect(primary).toMatchObject({ url: target, headers });
    expect(copy.url).toMatch(/^\/redacted\/a\?x=1&token=%23[0-9a-f]{8}&y$/);
    const hash = `#${copy.url.slice(-10, -2)}`;
    expect(copy.headers).toMatchObject({
      'x-secret': hash,
      authorization: hash,
      'x-api-key': 'of the mirror',
    });
    expect([primary, copy].map((seen) => seen.body.toString())).toEqual([body, body]);
  });

  it('sets, adds and removes fields of the copy only', async () => {
    await stage.put('fields', {
      headers: { set: { 'X-Env': 'shadow' }, add: { 'X-Tag': 'two' }, remove: ['Authorization'] },
    });
    const { primary, copy } = await stage.pair('/fields/a', {
      headers: { 'x-env': 'live', 'x-tag': 'one', authorization: 'secret' },
    });
    expect(copy.headers).toMatchObject({ 'x-env': 'shadow', 'x-tag': 'one, two' });
    expect(copy.headers.authorization).toBeUndefined();
    expect(primary.headers).toMatchObject({
      'x-env': 'live',
      'x-tag': 'one',
      authorization: 'secret',
    });
  });

  it('goes to each of several mirrors, each with its own changes and limits', async () => {
    const second = await origin();
    const third = await origin();
    try {
      const mirrors = [
        { host: stage.mirror.url },
        { host: second.url, path: '/second' },
        { host: third.url, max_body_size: 2 },
      ];
      const id = stage.fresh('several');
      await stage.gateway.put(id, {
        ...route(stage.upstream, null, { uri: `/${id}/*` }),
        plugins: { 'proxy-mirror': { mirrors } },
      });
      const { copy } = await stage.pair(`/${id}/a?q`, { method: 'POST', body: 'body' });
      expect([copy.url, String(copy.body)]).toEqual([`/${id}/a?q`, 'body']);
      await settled(stage.gateway, id, 3);
      expect(second.seen.map(({ url, body }) => [url, String(body)])).toEqual([
        ['/second?q', 'body'],
      ]);
      expect(third.seen).toEqual([]);
      expect(await settled(stage.gateway, id, 1, { mirror: third.url })).toEqual({
        'skipped body_too_large': 1,
      });
    } finally {
      await Promise.all([second.close(), third.close()]);
    }
  });

  it('counts mirrors of the same host together', async () => {
    const host = stage.mirror.url;
    const id = stage.fresh('twins');
    await stage.gateway.put(id, {
      ...route(stage.upstream, null, { uri: `/${id}` }),
      plugins: { 'proxy-mirror': { mirrors: [{ host }, { host, path: '/twin' }] } },
    });
    await send(stage.gateway.url, `/${id}`);
    expect(await settled(stage.gateway, id, 2)).toEqual({ 'sent 2xx': 2 });
  });
}
