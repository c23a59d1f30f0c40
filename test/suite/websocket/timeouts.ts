import { expect, it, onTestFinished } from 'vitest';
import { isServer } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { origin } from '../../support/origin.ts';
import { until } from '../../support/until.ts';
import { bothClosed } from '../../support/websocket.ts';
import { can } from '../platform.ts';
import type { WebSockets } from '../websocket.ts';

const LIMIT_MS = 20_000;

/** An idle WebSocket is closed. */
export function timeouts(sockets: WebSockets): void {
  const { runtime, stage, put, connect } = sockets;

  it('timeout.read without a byte either way', async () => {
    const timeout = { connect: 9, send: 9, read: 0.3 };
    const pair = await connect(await put('idle', sockets.upstream, { timeout }));
    // A request that starts waiting now times out after the WebSocket would have.
    const silent = await origin(() => {});
    onTestFinished(() => silent.close());
    const { status } = await send(stage.gateway.url, `/${await put('wait', silent, { timeout })}`);
    expect(status).toBe(504);
    if (can(runtime.name, 'closesIdleWebSockets')) {
      await bothClosed(pair.client, pair.upstream);
      expect([pair.client.closed!.code, pair.upstream.closed!.code]).toEqual([1006, 1006]);
    } else {
      pair.client.socket.send('still there?');
      await until(() => pair.client.messages.length === 1, LIMIT_MS, 'the echo');
      pair.client.socket.close();
    }
  });

  it.runIf(isServer(runtime))('timeout.send with an upstream that reads nothing', async () => {
    const timeout = { connect: 9, send: 0.3, read: 600 };
    const { client, upstream } = await connect(await put('stuck', sockets.upstream, { timeout }));
    upstream.socket.pause();
    const message = Buffer.alloc(1024 * 1024);
    for (let i = 0; i < 64; i++) client.socket.send(message);
    await until(() => client.closed !== null, LIMIT_MS, 'the end');
    expect(client.closed!.code).toBe(1006);
  });
}
