import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { gatewayProcess } from '../../runtimes/client.ts';
import { type GatewayProcess, KEY, type TestServerRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { origin, type Origin, route } from '../../support/origin.ts';
import { settled } from '../../support/outcomes.ts';
import { line } from '../../support/process.ts';

/** More than the failures in a row after which a node is ejected or a breaker opens. */
const TIMES = 6;

/** When the process runs out of its own resources, the peers that it then cannot reach have not failed. */
export function shortage(runtime: TestServerRuntime): void {
  let gateway: GatewayProcess;
  let kept: Origin;
  let closing: Origin;
  // No further connection can be accepted meanwhile.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  beforeAll(async () => {
    const file = new URL('../../support/short-gateway.mjs', import.meta.url);
    const program = runtime.script(file, [], 256);
    const [, port] = await line(program, /^port (\d+)$/m);
    gateway = gatewayProcess({
      runtime: runtime.name,
      port: Number(port),
      program,
      file: null,
      adminKey: KEY,
    });
    [kept, closing] = await Promise.all([
      origin((_, response) => response.end('kept')),
      origin((_, response) => response.setHeader('connection', 'close').end('closing')),
    ]);
    kept.server.keepAliveTimeout = 120_000;
  });
  afterEach(() => get('/free'));
  afterAll(async () => {
    agent.destroy();
    gateway.program.signal('SIGKILL');
    await Promise.all([gateway.program.exited, kept.close(), closing.close()]);
  });

  const get = async (target: string) => {
    const { status, body } = await send(gateway.url, target, { agent });
    return `${status} ${String(body)}`;
  };
  async function times(count: number, target: string): Promise<string[]> {
    const got: string[] = [];
    for (let i = 0; i < count; i++) got.push(await get(target));
    return got.toSorted();
  }
  const twice = (...got: string[]) => got.flatMap((one) => [one, one]);

  it('is 503 for the client, who is not told that the upstream failed', async () => {
    const upstream = { nodes: { [closing.node]: 1 } };
    await gateway.put('only', { uri: '/only', upstream });
    expect(await get('/hog')).toBe('200 all taken.');
    expect(await get('/only')).toBe('503 {"error_msg":"503 Service Unavailable"}\n');
    expect(await get('/free')).toBe('200 none taken.');
    expect(await get('/only')).toBe('200 closing');
  });

  it('ejects no node', async () => {
    await gateway.put('turn', {
      uri: '/turn',
      upstream: { nodes: { [kept.node]: 1, [closing.node]: 1 } },
    });
    expect(await times(2, '/turn')).toEqual(['200 closing', '200 kept']);
    expect(await get('/hog')).toBe('200 all taken.');
    expect(await times(TIMES, '/turn')).toEqual(Array<string>(TIMES).fill('200 kept'));
    expect(await get('/free')).toBe('200 none taken.');
    expect(await times(4, '/turn')).toEqual(twice('200 closing', '200 kept'));
  });

  it('opens no breaker', async () => {
    const plugin = { breaker: { failures: 3, open: 60 } };
    await gateway.put('mirrored', route(kept, closing, { uri: '/mirrored', plugin }));
    expect(await get('/mirrored')).toBe('200 kept');
    await settled(gateway, 'mirrored', 1);
    expect(await get('/hog')).toBe('200 all taken.');
    await times(TIMES, '/mirrored');
    expect(await get('/free')).toBe('200 none taken.');
    await settled(gateway, 'mirrored', 1 + TIMES);
    await times(2, '/mirrored');
    expect(await settled(gateway, 'mirrored', 3 + TIMES)).toEqual({
      'failed connect': TIMES,
      'sent 2xx': 3,
    });
  });
}
