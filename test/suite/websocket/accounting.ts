import { expect, it, onTestFinished } from 'vitest';
import { origin } from '../../support/origin.ts';
import { sample, settled } from '../../support/outcomes.ts';
import { openWebSocket, webSocketOrigin } from '../../support/websocket.ts';
import { until } from '../../support/until.ts';
import { can } from '../platform.ts';
import type { WebSockets } from '../websocket.ts';

/** How a WebSocket is counted. */
export function accounting(sockets: WebSockets): void {
  const { runtime, stage, put } = sockets;
  const counted = (route: string, code: string) =>
    sample(stage.gateway, 'gateway_requests_total', { route, code });

  it('one request with the code 101, and no copy to any mirror', async () => {
    const { url } = stage.mirror;
    const plugin = { mirrors: [{ host: url }, { host: url, path: '/second' }] };
    const id = await put('counted', sockets.upstream, { plugins: { 'proxy-mirror': plugin } });
    const { socket } = await openWebSocket(stage.gateway.url, `/${id}`);
    // While it is open.
    expect(await settled(stage.gateway, id, 2)).toEqual({ 'skipped upgrade': 2 });
    expect(await counted(id, '101')).toBe(1);
    socket.close();
    expect(await sample(stage.gateway, 'gateway_requests_total', { route: id })).toBe(1);
    expect(stage.mirror.seen.filter((request) => request.url.includes(id))).toEqual([]);
  });

  it('the code of an upstream that refuses, and no copy', async () => {
    const upstream = await origin((_, response) => response.writeHead(403).end());
    onTestFinished(() => upstream.close());
    const id = await put('forbidden', upstream);
    await expect(openWebSocket(stage.gateway.url, `/${id}`)).rejects.toThrow('403');
    expect(await settled(stage.gateway, id, 1)).toEqual({ 'skipped upgrade': 1 });
    expect(await counted(id, '403')).toBe(1);
  });

  it('one exchange in flight for least_conn, until it ends', async () => {
    const [a, b] = await Promise.all([webSocketOrigin(), webSocketOrigin()]);
    onTestFinished(async () => void (await Promise.all([a.close(), b.close()])));
    const nodes = { [a.node]: 1, [b.node]: 1 };
    const id = await put('least', a, { upstream: { type: 'least_conn', nodes } });
    const open = () => openWebSocket(stage.gateway.url, `/${id}`);
    const opened = () => [a.peers.length, b.peers.length];
    const clients = [await open(), await open(), await open(), await open()];
    expect(opened()).toEqual([2, 2]);
    for (const { socket } of a.peers) socket.terminate();
    await until(() => clients.filter(({ closed }) => closed !== null).length === 2, 5000);
    await open();
    await open();
    expect(opened()).toEqual(can(runtime.name, 'countsWebSockets') ? [4, 2] : [3, 3]);
  });
}
