import { afterAll, expect, it } from 'vitest';
import type { TestServerRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { niceness } from '../../support/cpu.ts';
import { origin, route } from '../../support/origin.ts';
import { sample } from '../../support/outcomes.ts';
import { until } from '../../support/until.ts';

/** The niceness of the lowest priority. */
const LOWEST = 19;

export function priority(runtime: TestServerRuntime): void {
  const closes: (() => Promise<unknown>)[] = [];
  afterAll(() => Promise.all(closes.map((close) => close())));

  it('compares in a thread that takes only the time that nobody else wants', async () => {
    const [upstream, mirror] = [await origin(), await origin()];
    const compared = route(upstream, mirror, { plugin: { compare: true } });
    const gateway = await runtime.start({ routes: [{ id: '1', ...compared }] });
    closes.push(upstream.close, mirror.close, gateway.stop);
    expect(niceness(gateway.program)).not.toContain(LOWEST);
    await send(gateway.url, '/compared');
    const isCompared = async () => (await sample(gateway, 'mirror_comparisons_total')) === 1;
    await until(isCompared, 30_000, 'the comparison');
    // Threads that this one starts, as those of JavaScriptCore, are as nice as it is.
    const others = niceness(gateway.program).filter((one) => one > 0);
    expect([...new Set(others)]).toEqual([LOWEST]);
  });
}
