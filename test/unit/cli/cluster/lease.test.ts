import { expect, it } from 'vitest';
import { Leases } from '../../../../src/cli/cluster/lease.ts';
import { type Holder, Pools } from '../../../../src/cli/cluster/pools.ts';
import { until } from '../../../support/until.ts';

/** A worker with one limit. */
interface Worker extends Holder {
  used: number;
  readonly held: number;
  short(): void;
}

function workersOf(count: number, total: number): { pools: Pools; workers: readonly Worker[] } {
  const pools = new Pools(count);
  const workers = Array.from({ length: count }, () => workerOf(pools, count, total));
  return { pools, workers };
}

function workerOf(pools: Pools, count: number, total: number): Worker {
  const taken = new Set(pools.keys);
  const leases = new Leases({ workers: count, taken, ask: (want) => pools.want(worker, want) });
  const worker = {
    used: 0,
    held: 0,
    giveBack: (key: string, units: number, theirs: number) =>
      leases.giveBack({ key, units, theirs }),
    short: () => lease.short(),
  };
  pools.add(worker);
  const lease = leases.begin({
    key: 'limit',
    total,
    used: () => worker.used,
    changed: (held) => (worker.held = held),
  });
  return worker;
}

const sum = (workers: readonly Worker[]) => workers.reduce((all, { held }) => all + held, 0);

it('begins with equal parts', () => {
  expect(workersOf(4, 128).workers.map(({ held }) => held)).toEqual([32, 32, 32, 32]);
});

it('gives all to the one that needs it, and never more than there is', async () => {
  const { workers } = workersOf(4, 128);
  const [busy] = workers;
  await until(() => {
    busy!.used = busy!.held;
    busy!.short();
    expect(sum(workers)).toBeLessThanOrEqual(128);
    return busy!.held > 120;
  });
});

it('gives both the same where both need all', async () => {
  const { workers } = workersOf(2, 100);
  const [first, second] = workers as [Worker, Worker];
  await until(() => {
    first.used = first.held;
    first.short();
    return first.held > 90;
  });
  await until(() => {
    // What is in use comes back when it is released, and only then.
    first.used = Math.min(first.used, Math.max(first.held, first.used - 1));
    second.used = second.held;
    expect(first.used + second.used).toBeLessThanOrEqual(101);
    first.short();
    second.short();
    return second.held > 40;
  });
});

it('gives what a worker had that is gone', async () => {
  const { pools, workers } = workersOf(2, 10);
  const [gone, left] = workers as [Worker, Worker];
  gone.used = 5;
  left.used = 5;
  left.short();
  pools.delete(gone);
  await until(() => {
    left.short();
    return left.held === 10;
  });
  // One that starts then has nothing until it asks.
  const late = workerOf(pools, 2, 10);
  expect(late.held).toBe(0);
  await until(() => {
    late.short();
    left.used = Math.min(left.used, left.held);
    return late.held >= 4;
  });
  expect(left.held + late.held).toBeLessThanOrEqual(10);
});

it('lets a limit of one go from worker to worker', async () => {
  const { workers } = workersOf(2, 1);
  for (const worker of workers)
    await until(() => {
      worker.short();
      return worker.held === 1;
    });
  expect(sum(workers)).toBe(1);
});
