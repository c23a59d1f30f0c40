import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../runtimes/runtime.ts';
import { send, type Send } from '../support/client.ts';
import { origin, type Origin } from '../support/origin.ts';
import { socketOrigin } from '../support/socket-origin.ts';
import { until } from '../support/until.ts';

/** Which node gets a request, where more than weights decides. */
export function balancing(runtime: TestRuntime): void {
  let gateway: GatewayProcess;
  let nodes: Origin[];
  let routes = 0;
  beforeAll(async () => {
    const origins = Array.from({ length: 3 }, () => origin());
    [gateway, nodes] = await Promise.all([runtime.start(), Promise.all(origins)]);
  });
  afterEach(() => nodes.forEach(({ seen }) => (seen.length = 0)));
  afterAll(() => Promise.all([gateway.stop(), ...nodes.map((node) => node.close())]));

  const weights = (...all: readonly { node: string }[]) =>
    Object.fromEntries(all.map(({ node }) => [node, 1]));
  async function balanced(upstream: object) {
    const id = `balanced-${routes++}`;
    await gateway.put(id, { uri: `/${id}/*`, upstream });
    return (options?: Send) => send(gateway.url, `/${id}/a`, options);
  }
  const users = (node: Origin) => new Set(node.seen.map(({ headers }) => headers['x-user']));

  it('chash: one key goes to one node, other keys to others', async () => {
    const ask = await balanced({
      type: 'chash',
      hash_on: 'header',
      key: 'x-user',
      nodes: weights(...nodes),
    });
    for (let i = 0; i < 90; i++) await ask({ headers: { 'x-user': `user-${i % 30}` } });
    const seen = nodes.map(users);
    expect(seen.map(({ size }) => size).reduce((a, b) => a + b)).toBe(30);
    for (const { size } of seen) expect(size).toBeGreaterThan(0);
  });

  it('least_conn: a slow node gets no further requests', async () => {
    const held: (() => void)[] = [];
    const slow = await origin((_, response) => held.push(() => response.end()));
    const ask = await balanced({ type: 'least_conn', nodes: weights(slow, nodes[0]!) });
    const waiting: Promise<unknown>[] = [];
    while (held.length === 0) {
      const got = ask();
      waiting.push(got);
      await Promise.race([got, until(() => held.length > 0, 10_000, 'the slow node')]);
    }
    const before = nodes[0]!.seen.length;
    for (let i = 0; i < 6; i++) expect((await ask()).status).toBe(200);
    expect([slow.seen.length, nodes[0]!.seen.length]).toEqual([1, before + 6]);
    held.splice(0).forEach((release) => release());
    await Promise.all(waiting);
    slow.server.on('request', (_, response) => response.end());
    for (let i = 0; i < 4; i++) await ask();
    expect(slow.seen.length).toBeGreaterThan(1);
    await slow.close();
  });

  it('ejects a node after three failures in a row', async () => {
    const broken = await socketOrigin((socket) => socket.destroy());
    const ask = await balanced({ type: 'roundrobin', nodes: weights(broken, nodes[0]!) });
    for (let i = 0; i < 20; i++) expect((await ask()).status).toBe(200);
    expect([broken.requests(), nodes[0]!.seen.length]).toEqual([3, 20]);
    await broken.close();
  });
}
