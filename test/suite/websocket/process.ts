import { expect, it, onTestFinished } from 'vitest';
import { members, openSockets } from '../../../bench/machine/group.ts';
import type { GatewayProcess, TestServerRuntime } from '../../runtimes/runtime.ts';
import { route } from '../../support/origin.ts';
import { until } from '../../support/until.ts';
import {
  openWebSocket,
  type Peer,
  webSocketOrigin,
  type WebSocketOrigin,
} from '../../support/websocket.ts';
import { LEAVING } from './flow.ts';

const LIMIT_MS = 20_000;

/** A gateway that carries nothing but WebSockets. */
interface Alone {
  readonly gateway: GatewayProcess;
  readonly upstream: WebSocketOrigin;
  readonly open: () => Promise<Peer>;
}

/** What WebSockets do to the process that carries them. */
export function carrying(runtime: TestServerRuntime): void {
  async function alone(shutdownTimeout: number): Promise<Alone> {
    const upstream = await webSocketOrigin();
    const routes = [{ id: '1', ...route(upstream, null, { route: { enable_websocket: true } }) }];
    const env = { SHUTDOWN_TIMEOUT: String(shutdownTimeout) };
    const gateway = await runtime.start({ routes, env });
    onTestFinished(async () => {
      gateway.program.signal('SIGKILL');
      await upstream.close();
    });
    return { gateway, upstream, open: () => openWebSocket(gateway.url, '/') };
  }

  it('continue after SIGTERM, and are closed after SHUTDOWN_TIMEOUT', async () => {
    const { gateway, open } = await alone(1);
    const client = await open();
    const began = performance.now();
    gateway.program.signal('SIGTERM');
    client.socket.send('still there?');
    await until(() => client.messages.length === 1, LIMIT_MS, 'the echo');
    expect(await gateway.program.exited).toBe(0);
    // Timers may fire a few milliseconds early.
    expect(performance.now() - began).toBeGreaterThan(900);
    await until(() => client.closed !== null, LIMIT_MS, 'the end');
    expect(client.closed!.code).toBe(1006);
  });

  it('keep a stopping process alive only while they last', async () => {
    const { gateway, open } = await alone(600);
    const client = await open();
    gateway.program.signal('SIGTERM');
    client.socket.close(1000);
    expect(await gateway.program.exited).toBe(0);
    await until(() => client.closed !== null, LIMIT_MS, 'the end');
    expect(client.closed).toEqual({ code: 1000, reason: '' });
  });

  it.runIf(process.platform === 'linux')('leave it no socket, however they end', async () => {
    const { gateway, upstream, open } = await alone(600);
    const used = () => openSockets(members(gateway.program.child.pid!));
    const before = used();
    const clients = await Promise.all(Array.from({ length: 40 }, open));
    expect(used()).toBeGreaterThanOrEqual(before + 80);
    // It does not matter which client belongs to which upstream connection.
    clients.forEach((client, i) => LEAVING[i % LEAVING.length]!(client, upstream.peers[i]!));
    await until(() => used() <= before, LIMIT_MS, 'all sockets to be gone');
  });
}
