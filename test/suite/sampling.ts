import { Agent } from 'node:http';
import { afterAll, expect, it } from 'vitest';
import { murmur3 } from '../../src/hash/murmur3.ts';
import type { TestRuntime } from '../runtimes/runtime.ts';
import { send } from '../support/client.ts';
import { settled } from '../support/outcomes.ts';
import { stage as set } from '../support/stage.ts';
import { until } from '../support/until.ts';

/**
 * Standard deviations allowed. A right sampler exceeds five in less than one of a million runs;
 * three, the usual bound, would fail one run in a hundred with as many ratios and runtimes as these.
 */
const SIGMAS = 5;

/** Which share of requests is copied, and which. */
export function sampling(runtime: TestRuntime): void {
  const stage = set(runtime);
  const count = runtime.name === 'workers' ? 1000 : 2000;
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  afterAll(() => agent.destroy());

  async function all(targets: readonly { target: string; user?: string }[]): Promise<void> {
    let next = 0;
    const client = async () => {
      while (next < targets.length) {
        const { target, user } = targets[next++]!;
        const headers = user === undefined ? {} : { 'x-user': user };
        await send(stage.gateway.url, target, { agent, headers });
      }
    };
    await Promise.all(Array.from({ length: 16 }, client));
  }
  const usersSeen = (id: string) =>
    stage.mirror.seen
      .filter(({ url }) => url.startsWith(`/${id}/`))
      .map(({ headers }) => String(headers['x-user']));

  for (const ratio of [0.2, 0.35, 0.5]) {
    it(`copies ${ratio} of ${count} requests within ${SIGMAS} standard deviations`, async () => {
      const id = `ratio-${ratio * 100}`;
      await stage.put(id, { sample_ratio: ratio, max_in_flight: count });
      await all(Array.from({ length: count }, (_, i) => ({ target: `/${id}/${i}` })));
      const counted = await settled(stage.gateway, id, count);
      const sent = counted['sent 2xx']!;
      expect(counted).toEqual({ 'sent 2xx': sent, 'skipped sampled_out': count - sent });
      expect(usersSeen(id)).toHaveLength(sent);
      const sigma = Math.sqrt(count * ratio * (1 - ratio));
      expect(Math.abs(sent - count * ratio)).toBeLessThan(SIGMAS * sigma);
    });
  }

  it('chooses the same keys everywhere, and those of 5 % among those of 10 %', async () => {
    const users = Array.from({ length: 400 }, (_, i) => `user-${i}`);
    const chosen = (ratio: number) => users.filter((user) => murmur3(user) / 2 ** 32 < ratio);
    for (const [id, ratio] of [
      ['five', 0.05],
      ['ten', 0.1],
    ] as const) {
      const plugin = { sample_ratio: ratio, sample_key: 'http_x_user', max_in_flight: 1000 };
      await stage.put(id, plugin);
      // Twice: once in is always in.
      for (const _ of [1, 2]) await all(users.map((user) => ({ target: `/${id}/a`, user })));
      const expected = chosen(ratio);
      await until(() => usersSeen(id).length >= 2 * expected.length, 5000);
      await settled(stage.gateway, id, 2 * users.length);
      expect(usersSeen(id).toSorted()).toEqual([...expected, ...expected].toSorted());
    }
    expect(chosen(0.1)).toEqual(expect.arrayContaining(chosen(0.05)));
    expect(chosen(0.05).length).toBeGreaterThan(0);
  });
}
