import { afterEach, beforeEach, expect, it } from 'vitest';
import { gatewayProcess } from '../../runtimes/client.ts';
import { type GatewayProcess, KEY, type TestServerRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { origin, type Origin, type Respond, route } from '../../support/origin.ts';
import { sample } from '../../support/outcomes.ts';
import { line } from '../../support/process.ts';
import { until } from '../../support/until.ts';

/** More than the slow thread compares in the time that the gateway gives it at its end. */
const PAIRS = 60;

const LIMIT_MS = 20_000;

/** Takes milliseconds to compare with the same in another order: seconds in the slow thread. */
const LIST = Array.from({ length: 1000 }, (_, i) => ({ id: i, text: `text ${i}` }));

const json =
  (costly: unknown): Respond =>
  ({ url }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(url === '/costly' ? JSON.stringify(costly) : '{}');
  };

/** Pairs that wait for the thread when the thread or the process ends. */
export function waiting(runtime: TestServerRuntime): void {
  let gateway: GatewayProcess;
  let servers: readonly Origin[];

  beforeEach(async () => {
    servers = await Promise.all([origin(json(LIST)), origin(json(LIST.toReversed()))]);
    const [upstream, mirror] = servers;
    const plugin = { max_in_flight: PAIRS, compare: { unordered: [''] } };
    const routes = [{ id: '1', ...route(upstream!, mirror, { plugin }) }];
    const file = new URL('../../support/comparing-gateway.mjs', import.meta.url);
    const program = runtime.script(file, [JSON.stringify(routes), KEY]);
    const port = Number((await line(program, /^port (\d+)$/m))[1]);
    gateway = gatewayProcess({ runtime: runtime.name, port, program, file: null, adminKey: KEY });
  });
  afterEach(async () => {
    gateway.program.signal('SIGKILL');
    await Promise.all([gateway.program.exited, ...servers.map((one) => one.close())]);
  });

  async function sendPairs(): Promise<void> {
    const ask = () => send(gateway.url, '/costly', { agent: false });
    const got = await Promise.all(Array.from({ length: PAIRS }, ask));
    const length = JSON.stringify(LIST).length;
    expect(got.filter(({ body }) => body.length !== length)).toEqual([]);
    const sent = async () => (await sample(gateway, 'mirror_copies_total')) === PAIRS;
    await until(sent, LIMIT_MS, 'all copies to be sent');
  }
  const compared = (labels = {}) => sample(gateway, 'mirror_comparisons_total', labels);

  it('are given up when the process stops', async () => {
    await sendPairs();
    gateway.program.signal('SIGTERM');
    const [, list] = await line(gateway.program, /^results (.*)$/m);
    expect(await gateway.program.exited).toBe(0);
    const results = JSON.parse(list!) as string[];
    expect(results).toHaveLength(PAIRS);
    expect(new Set(results)).toContain('shutdown');
    expect(results.filter((one) => one !== 'shutdown' && one !== 'same')).toEqual([]);
  });

  it('have a result each when the thread ends, and another thread compares the next', async () => {
    await sendPairs();
    await send(gateway.url, '/end-thread');
    await until(async () => (await compared()) === PAIRS, LIMIT_MS, 'a result for each pair');
    expect(await compared({ reason: 'overload' })).toBeGreaterThan(0);
    expect(await sample(gateway, 'mirror_recorded_bytes')).toBe(0);
    const before = await compared({ result: 'same' });
    const again = async () => {
      await send(gateway.url, '/next');
      return (await compared({ result: 'same' })) > before;
    };
    await until(again, LIMIT_MS, 'a pair that the next thread compares');
  });
}
