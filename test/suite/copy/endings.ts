import { type ClientRequest, request as httpRequest } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { send, sendRaw } from '../../support/client.ts';
import { type Respond, origin, type Origin } from '../../support/origin.ts';
import { outcomes, sample, settled } from '../../support/outcomes.ts';
import { can } from '../platform.ts';
import { freePort } from '../../support/ports.ts';
import { socketOrigin } from '../../support/socket-origin.ts';
import type { Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';

/** Exchanges that end early: each copy still has one outcome, and no memory is kept. */
export function endings(runtime: TestRuntime, stage: Stage): void {
  const opened: Origin[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await until(async () => (await sample(stage.gateway, 'mirror_recorded_bytes')) === 0, 5000);
  });

  /** An origin that responds when the test calls `release`. */
  async function holding(): Promise<Origin & { release(): void }> {
    const held: Parameters<Respond>[1][] = [];
    const one = await origin((_, response) => void held.push(response));
    opened.push(one);
    return Object.assign(one, {
      release: () => held.splice(0).forEach((response) => response.end('late')),
    });
  }
  /** Starts a request whose body the test writes later. */
  function start(target: string, headers: Record<string, string>): ClientRequest {
    const { port } = stage.gateway;
    const request = httpRequest({ host: '127.0.0.1', port, path: target, method: 'POST', headers });
    request.on('error', () => {});
    request.on('response', (response) => response.resume().on('error', () => {}));
    return request;
  }
  const to = ({ node }: { node: string }) => ({ upstream: { nodes: { [node]: 1 } } });

  for (const [framing, headers] of [
    ['a length', { 'content-length': '900000' }],
    ['chunks', { 'transfer-encoding': 'chunked' }],
  ] as const) {
    it(`sends no part of a body with ${framing} whose client leaves`, async () => {
      const id = stage.fresh('left');
      const upstream = await origin();
      opened.push(upstream);
      const arrived = new Promise<void>((resolve) => {
        upstream.server.on('request', (message) => message.once('data', () => resolve()));
      });
      await stage.put(id, {}, to(upstream));
      const request = start(`/${id}/a`, headers);
      request.write(Buffer.alloc(300_000, 'x'));
      await arrived;
      request.destroy();
      const copies = () => stage.mirror.seen.filter(({ url }) => url === `/${id}/a`);
      const counted = await settled(stage.gateway, id, 1);
      expect(counted).toEqual({ 'skipped body_incomplete': 1 });
      expect(copies()).toEqual([]);
      // Only the client ended the exchange, so it counts as 499, not as a failure of the upstream.
      const left = () =>
        sample(stage.gateway, 'gateway_requests_total', { route: id, code: '499' });
      await until(async () => (await left()) === 1, 5000, 'a 499');
    });
  }

  it('is still sent when the client leaves after its complete request', async () => {
    const [upstream, mirror] = await Promise.all([holding(), holding()]);
    const id = stage.fresh('gone');
    await stage.put(id, { host: mirror.url }, to(upstream));
    const request = start(`/${id}/a`, { 'content-length': '4' });
    request.end('body');
    await until(() => upstream.seen.length === 1 && mirror.seen.length === 1, 5000);
    const closed = new Promise<void>((resolve) => request.once('close', resolve));
    request.destroy();
    await closed;
    // By the time it serves this request, the gateway has noticed that the other client left.
    await send(stage.gateway.url, '/none');
    expect(await outcomes(stage.gateway, id)).toEqual({});
    mirror.release();
    expect(await settled(stage.gateway, id, 1)).toEqual({ 'sent 2xx': 1 });
    expect(String(mirror.seen[0]!.body)).toBe('body');
  });

  it('is sent when no upstream can be reached and there is no body to wait for', async () => {
    const id = stage.fresh('refused');
    await stage.put(id, {}, to({ node: `127.0.0.1:${await freePort()}` }));
    expect((await send(stage.gateway.url, `/${id}/a`)).status).toBe(502);
    expect(await settled(stage.gateway, id, 1)).toEqual({ 'sent 2xx': 1 });
  });

  it('has one outcome when the upstream responds early and leaves the body unread', async () => {
    const upstream = await origin();
    opened.push(upstream);
    upstream.server.removeAllListeners('request');
    upstream.server.on('request', (_, response) => response.writeHead(413).end('too large'));
    const id = stage.fresh('early');
    await stage.put(id, { timeout: 1 }, to(upstream));
    const request = start(`/${id}/a`, { 'content-length': '900000' });
    request.write(Buffer.alloc(300_000));
    const counted = await settled(stage.gateway, id, 1);
    expect(counted).toEqual({ 'skipped body_incomplete': 1 });
    request.destroy();
  });

  it.runIf(can(runtime.name, 'interimFromUpstream')).each([
    ['one', 1, 'sent 2xx'],
    ['too many', 33, 'failed protocol'],
  ])('hides 1xx responses of its mirror from the client: %s', async (_, count, outcome) => {
    const mirror = await socketOrigin((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'.repeat(count));
      socket.end('HTTP/1.1 204 No Content\r\n\r\n');
    });
    const upstream = await holding();
    const id = stage.fresh('hints');
    await stage.put(id, { host: `http://${mirror.node}` }, to(upstream));
    const got = sendRaw(stage.gateway.port, `GET /${id}/a HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect(await settled(stage.gateway, id, 1)).toEqual({ [outcome]: 1 });
    await until(() => upstream.seen.length === 1, 5000);
    upstream.release();
    expect(await got).toMatchObject({ interim: [], status: 200 });
    await mirror.close();
  });

  it('has one outcome when the upstream does not respond in time', async () => {
    const upstream = await holding();
    const timeout = { connect: 1, send: 1, read: 1 };
    const id = stage.fresh('late');
    await stage.put(id, {}, { upstream: { ...to(upstream).upstream, timeout, retries: 0 } });
    const got = await send(stage.gateway.url, `/${id}/a`, { method: 'POST', body: 'body' });
    expect(got.status).toBe(504);
    expect(await settled(stage.gateway, id, 1)).toEqual({ 'sent 2xx': 1 });
  });

  if (!can(runtime.name, 'respondsMidUpload')) return;

  it('has one outcome when no upstream can be reached and there is a body', async () => {
    const id = stage.fresh('unread');
    await stage.put(id, {}, to({ node: `127.0.0.1:${await freePort()}` }));
    const body = Buffer.alloc(300_000);
    for (const chunks of [undefined, 7000]) {
      const options = { method: 'POST', body, ...(chunks && { chunks }) };
      expect((await send(stage.gateway.url, `/${id}/a`, options)).status).toBe(502);
    }
    const counted = await settled(stage.gateway, id, 2);
    // Whether the body was read before the connection was refused depends on the runtime.
    expect((counted['skipped body_incomplete'] ?? 0) + (counted['sent 2xx'] ?? 0)).toBe(2);
  });

  it('has one outcome when the upstream resets in the middle of the body', async () => {
    const upstream = await origin();
    opened.push(upstream);
    upstream.server.removeAllListeners('request');
    upstream.server.on('request', (message) => {
      message.once('data', () => message.socket.resetAndDestroy());
    });
    const id = stage.fresh('broken');
    await stage.put(id, {}, to(upstream));
    const request = start(`/${id}/a`, { 'transfer-encoding': 'chunked' });
    request.write(Buffer.alloc(300_000));
    expect(await settled(stage.gateway, id, 1)).toEqual({ 'skipped body_incomplete': 1 });
    request.destroy();
  });
}
