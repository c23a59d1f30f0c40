import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../../runtimes/runtime.ts';
import { origin, type Origin, route } from '../../support/origin.ts';
import { until } from '../../support/until.ts';
import { Load } from './load.ts';

const WORKERS = 2;
const MAX_IN_FLIGHT = 8;
const RATE = 10;
const LIMIT_MS = 20_000;

/** Limits hold for all workers together, within one copy a worker. */
export function limits(runtime: TestServerRuntime): void {
  let gateway: GatewayProcess;
  let upstream: Origin;
  let slow: Origin;
  let rated: Origin;
  const held: (() => void)[] = [];

  beforeAll(async () => {
    upstream = await origin();
    slow = await origin((_, response) => held.push(() => response.end()));
    rated = await origin();
    gateway = await runtime.start({
      routes: [
        {
          id: 'slow',
          ...route(upstream, slow, {
            uri: '/slow',
            plugin: { max_in_flight: MAX_IN_FLIGHT, timeout: 60, breaker: false },
          }),
        },
        { id: 'rated', ...route(upstream, rated, { uri: '/rated', plugin: { rate_limit: RATE } }) },
      ],
      env: { WORKERS: String(WORKERS) },
    });
  });
  afterAll(async () => {
    gateway.program.signal('SIGKILL');
    await Promise.all([upstream, slow, rated].map((one) => one.close()));
  });

  it('max_in_flight, which one worker may use alone', async () => {
    // One connection, and so one worker.
    const load = new Load(`${gateway.url}/slow`, 1, false);
    await until(() => held.length >= MAX_IN_FLIGHT - 1, LIMIT_MS, 'copies up to the limit');
    await load.stop();
    expect(held.length).toBeLessThanOrEqual(MAX_IN_FLIGHT + WORKERS);
    const samples = await gateway.metrics();
    const label = `{route="slow",mirror="${slow.url}"}`;
    expect(samples.get(`mirror_in_flight${label}`)).toBe(held.length);
  });

  it('max_in_flight, however many connections there are', async () => {
    const load = new Load(`${gateway.url}/slow`, 8);
    await until(() => load.done > 200, LIMIT_MS, 'load');
    await load.stop();
    expect(held.length).toBeLessThanOrEqual(MAX_IN_FLIGHT + WORKERS);
    held.forEach((respond) => respond());
  });

  it('rate_limit', async () => {
    const begun = performance.now();
    const load = new Load(`${gateway.url}/rated`, 8);
    await until(() => performance.now() - begun > 2000, LIMIT_MS, 'two seconds');
    await load.stop();
    const seconds = (performance.now() - begun) / 1000;
    // A bucket holds the tokens of one second.
    expect(rated.seen.length).toBeLessThanOrEqual(RATE * (seconds + 1) + WORKERS);
    expect(rated.seen.length).toBeGreaterThanOrEqual(RATE);
  });
}
