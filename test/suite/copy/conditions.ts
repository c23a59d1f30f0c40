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

  it('copies no body over max_body_size, announced or not, and the primary gets all of it', async () => {
    const id = stage.fresh('large');
    await stage.put(id, { max_body_size: 1000 });
    const body = Buffer.alloc(100_000, 'x');
    const { url } = stage.gateway;
    await send(url, `/${id}/known`, { method: 'POST', body });
    await send(url, `/${id}/chunked`, { method: 'POST', body, chunks: 900 });
    await send(url, `/${id}/just`, { method: 'POST', body: body.subarray(0, 1000) });
    expect(await settled(stage.gateway, id, 3)).toEqual({
      'skipped body_too_large': 2,
      'sent 2xx': 1,
    });
    const got = stage.upstream.seen.filter((request) => request.url.startsWith(`/${id}/`));
    expect(got.map((request) => request.body.length)).toEqual([100_000, 100_000, 1000]);
    expect(seenAt(id).map((request) => request.url)).toEqual([`/${id}/just`]);
  });

  it('forwards a request that is a copy, and does not copy it again', async () => {
    const id = stage.fresh('copied');
    await stage.put(id);
    const headers = { 'x-mirrored-by': 'another gateway' };
    await send(stage.gateway.url, `/${id}/a`, { headers });
    expect(await settled(stage.gateway, id, 1)).toEqual({ 'skipped loop': 1 });
    const forwarded = stage.upstream.seen.find(({ url }) => url === `/${id}/a`)!;
    expect(forwarded.headers['x-mirrored-by']).toBe('another gateway');
    expect(seenAt(id)).toEqual([]);
  });

  it('does not amplify when the mirror is the gateway itself', async () => {
    const id = stage.fresh('echo');
    await stage.put(id, { host: stage.gateway.url });
    await send(stage.gateway.url, `/${id}/a`);
    expect(await settled(stage.gateway, id, 2)).toEqual({ 'sent 2xx': 1, 'skipped loop': 1 });
    expect(stage.upstream.seen.filter(({ url }) => url === `/${id}/a`)).toHaveLength(2);
  });

  it('does not follow a redirect', async () => {
    const away = await origin((_, response) => {
      response.writeHead(307, { location: `${stage.mirror.url}/away/followed` }).end();
    });
    const id = stage.fresh('away');
    await stage.put(id, { host: away.url });
    const body = 'body';
    await send(stage.gateway.url, `/${id}/a`, { method: 'POST', body });
    expect(await settled(stage.gateway, id, 1)).toEqual({ 'sent 3xx': 1 });
    expect(away.seen.map(({ url }) => url)).toEqual([`/${id}/a`]);
    expect(seenAt(id)).toEqual([]);
    await away.close();
  });

  it('sends one copy, whatever retries the primary makes', async () => {
    const nodes = { [`127.0.0.1:${await freePort()}`]: 1, [stage.upstream.node]: 1 };
    const id = stage.fresh('retried');
    await stage.put(id, {}, { upstream: { nodes, retries: 1 } });
    for (let i = 0; i < 6; i++) {
      expect((await send(stage.gateway.url, `/${id}/${i}`)).status).toBe(200);
    }
    expect(await settled(stage.gateway, id, 6)).toEqual({ 'sent 2xx': 6 });
    expect(
      seenAt(id)
        .map(({ url }) => url)
        .toSorted(),
    ).toEqual([0, 1, 2, 3, 4, 5].map((i) => `/${id}/${i}`));
  });

  it('makes no copy and counts none with _meta.disable', async () => {
    const id = stage.fresh('disabled');
    await stage.put(id, { _meta: { disable: true } });
    expect((await send(stage.gateway.url, `/${id}/a`)).status).toBe(200);
    const requests = await sample(stage.gateway, 'gateway_requests_total', { route: id });
    expect(requests).toBe(1);
    expect(await outcomes(stage.gateway, id)).toEqual({});
    expect(seenAt(id)).toEqual([]);
  });

  it('copies what _meta.filter lets through', async () => {
    const id = stage.fresh('filtered');
    await stage.put(id, { _meta: { filter: [['arg_copy', '==', 'yes']] } });
    for (const copy of ['no', 'yes', 'no']) {
      await send(stage.gateway.url, `/${id}/a?copy=${copy}`);
    }
    expect(await settled(stage.gateway, id, 3)).toEqual({
      'skipped filtered': 2,
      'sent 2xx': 1,
    });
    expect(seenAt(id).map(({ url }) => url)).toEqual([`/${id}/a?copy=yes`]);
  });

  it('does not copy a WebSocket handshake', async () => {
    const id = stage.fresh('upgrade');
    await stage.put(id);
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    await send(stage.gateway.url, `/${id}/a`, { headers }).catch(() => {});
    expect(await settled(stage.gateway, id, 1)).toEqual({ 'skipped upgrade': 1 });
    expect(seenAt(id)).toEqual([]);
  });
}
