import { expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { origin } from '../../support/origin.ts';
import { outcomes, sample, settled } from '../../support/outcomes.ts';
import { freePort } from '../../support/ports.ts';
import type { Stage } from '../../support/stage.ts';

/** Which requests get a copy, and that none gets two. */
export function conditions(_runtime: TestRuntime, stage: Stage): void {
  const seenAt = (id: string) => stage.mirror.seen.filter(({ url }) => url.startsWith(`/${id}/`));

  it('copies no body over max_body_size, known beforehand or not, and the primary gets all', async () => {
    await stage.put('large', { max_body_size: 1000 });
    const body = Buffer.alloc(100_000, 'x');
    const { url } = stage.gateway;
    await send(url, '/large/known', { method: 'POST', body });
    await send(url, '/large/chunked', { method: 'POST', body, chunks: 900 });
    await send(url, '/large/just', { method: 'POST', body: body.subarray(0, 1000) });
    expect(await settled(stage.gateway, 'large', 3)).toEqual({
      'skipped body_too_large': 2,
      'sent 2xx': 1,
    });
    const got = stage.upstream.seen.filter((request) => request.url.startsWith('/large/'));
    expect(got.map((request) => request.body.length)).toEqual([100_000, 100_000, 1000]);
    expect(seenAt('large').map((request) => request.url)).toEqual(['/large/just']);
  });

  it('forwards a request that is a copy, and does not copy it again', async () => {
    await stage.put('copied');
    const headers = { 'x-mirrored-by': 'another gateway' };
    await send(stage.gateway.url, '/copied/a', { headers });
    expect(await settled(stage.gateway, 'copied', 1)).toEqual({ 'skipped loop': 1 });
    const forwarded = stage.upstream.seen.find(({ url }) => url === '/copied/a')!;
    expect(forwarded.headers['x-mirrored-by']).toBe('another gateway');
    expect(seenAt('copied')).toEqual([]);
  });

  it('does not amplify when the mirror is the gateway itself', async () => {
    await stage.put('echo', { host: stage.gateway.url });
    await send(stage.gateway.url, '/echo/a');
    expect(await settled(stage.gateway, 'echo', 2)).toEqual({ 'sent 2xx': 1, 'skipped loop': 1 });
    expect(stage.upstream.seen.filter(({ url }) => url === '/echo/a')).toHaveLength(2);
  });

  it('does not follow a redirect', async () => {
    const away = await origin((_, response) => {
      response.writeHead(307, { location: `${stage.mirror.url}/away/followed` }).end();
    });
    await stage.put('away', { host: away.url });
    const body = 'body';
    await send(stage.gateway.url, '/away/a', { method: 'POST', body });
    expect(await settled(stage.gateway, 'away', 1)).toEqual({ 'sent 3xx': 1 });
    expect(away.seen.map(({ url }) => url)).toEqual(['/away/a']);
    expect(seenAt('away')).toEqual([]);
    await away.close();
  });

  it('sends one copy, whatever retries the primary makes', async () => {
    const nodes = { [`127.0.0.1:${await freePort()}`]: 1, [stage.upstream.node]: 1 };
    await stage.put('retried', {}, { upstream: { nodes, retries: 1 } });
    for (let i = 0; i < 6; i++) {
      expect((await send(stage.gateway.url, `/retried/${i}`)).status).toBe(200);
    }
    expect(await settled(stage.gateway, 'retried', 6)).toEqual({ 'sent 2xx': 6 });
    expect(
      seenAt('retried')
        .map(({ url }) => url)
        .toSorted(),
    ).toEqual([0, 1, 2, 3, 4, 5].map((i) => `/retried/${i}`));
  });

  it('makes no copy and counts none with _meta.disable', async () => {
    await stage.put('disabled', { _meta: { disable: true } });
    expect((await send(stage.gateway.url, '/disabled/a')).status).toBe(200);
    const requests = await sample(stage.gateway, 'gateway_requests_total', { route: 'disabled' });
    expect(requests).toBe(1);
    expect(await outcomes(stage.gateway, 'disabled')).toEqual({});
    expect(seenAt('disabled')).toEqual([]);
  });

  it('copies what _meta.filter lets through', async () => {
    await stage.put('filtered', { _meta: { filter: [['arg_copy', '==', 'yes']] } });
    for (const copy of ['no', 'yes', 'no']) {
      await send(stage.gateway.url, `/filtered/a?copy=${copy}`);
    }
    expect(await settled(stage.gateway, 'filtered', 3)).toEqual({
      'skipped filtered': 2,
      'sent 2xx': 1,
    });
    expect(seenAt('filtered').map(({ url }) => url)).toEqual(['/filtered/a?copy=yes']);
  });

  it('does not copy what asks for a WebSocket', async () => {
    await stage.put('upgrade');
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    await send(stage.gateway.url, '/upgrade/a', { headers }).catch(() => {});
    expect(await settled(stage.gateway, 'upgrade', 1)).toEqual({ 'skipped upgrade': 1 });
    expect(seenAt('upgrade')).toEqual([]);
  });
}
