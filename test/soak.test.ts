import { describe, expect, it } from 'vitest';
import { soak } from '../bench/soak/soak.ts';
import { bun } from './runtimes/bun.ts';
import { deno } from './runtimes/deno.ts';
import { node } from './runtimes/node.ts';

/** The same seed on each run; `npm run soak` draws others, and runs longer. Needs /proc. */
describe.skipIf(process.platform !== 'linux')('20 seconds of mixed load', () => {
  it.concurrent.each([node, deno, bun])(
    'leave nothing behind on $name',
    async (runtime) => {
      const { requests, faults } = await soak({ runtime, seconds: 20, seed: 1, rate: 100 });
      expect(faults).toEqual([]);
      expect(requests).toBeGreaterThan(100);
    },
    120_000,
  );
});
