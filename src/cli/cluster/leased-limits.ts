import type { MemoryBudget } from '../../http/memory-budget.ts';
import { NO_RATE_LIMIT } from '../../mirror/limits.ts';
import type { Mirror } from '../../mirror/mirror.ts';
import type { Lease, Leases } from './lease.ts';

/** More is asked for when this share of what a worker has is in use. */
const SHORT = 0.75;

/** Puts the limits of mirrors under leases. To be called with each table: those that are known stay as they are. */
export function leaseMirrors(
  leases: Leases,
): (routes: Iterable<{ readonly id: string; readonly mirrors: readonly Mirror[] }>) => void {
  const known = new WeakSet<Mirror>();
  return (routes) => {
    for (const { id, mirrors } of routes)
      for (const [index, mirror] of mirrors.entries()) {
        if (known.has(mirror)) continue;
        known.add(mirror);
        leasePlaces(leases, `${id} ${index}`, mirror);
        leaseRate(leases, `${id} ${index}`, mirror);
      }
  };
}

function leasePlaces(leases: Leases, key: string, { inFlight }: Mirror): void {
  const { limit: total, acquire } = inFlight;
  const lease = leases.begin({
    key: `${key} max_in_flight ${total}`,
    total,
    used: () => inFlight.count,
    changed: (held) => (inFlight.limit = Math.max(1, Math.floor(held))),
  });
  Object.assign(inFlight, {
    acquire(now: number): boolean {
      const isAcquired = acquire(now);
      if (!isAcquired || inFlight.count > inFlight.limit * SHORT) lease.short();
      return isAcquired;
    },
  });
}

/** Milliseconds in which tokens are counted, to know how many a worker needs. */
const WINDOW_MS = 1000;

function leaseRate(leases: Leases, key: string, { rate }: Mirror): void {
  if (rate === NO_RATE_LIMIT) return;
  const { rate: total, take } = rate;
  let [window, count, before] = [0, 0, 0];
  function advance(): void {
    const now = Math.floor(performance.now() / WINDOW_MS);
    if (now === window) return;
    before = now === window + 1 ? count : 0;
    count = 0;
    window = now;
  }
  const lease = leases.begin({
    key: `${key} rate_limit ${total}`,
    total,
    used: () => (advance(), Math.max(before, count)),
    isRate: true,
    changed: (held) => (rate.rate = held),
  });
  Object.assign(rate, {
    take(now: number): boolean {
      const isTaken = take(now);
      advance();
      if (isTaken) count++;
      else lease.short();
      return isTaken;
    },
  });
}

/** A worker's part of the memory of recorded bodies. */
export class LeasedBudget implements MemoryBudget {
  held = 0;
  limit = 0;
  readonly #lease: Lease;

  constructor(leases: Leases, total: number) {
    this.#lease = leases.begin({
      key: 'mirror_memory',
      total,
      used: () => this.held,
      changed: (held) => (this.limit = Math.floor(held)),
    });
  }

  reserve(bytes: number): boolean {
    const held = this.held + bytes;
    if (held > this.limit * SHORT) this.#lease.short();
    if (held > this.limit) return false;
    this.held = held;
    return true;
  }

  release(bytes: number): void {
    this.held -= bytes;
  }
}

/**
 * A worker's part of the connections of clients.
 *
 * @param open how many are open now
 */
export function leaseConnections(
  leases: Leases,
  total: number,
  open: () => number,
): (open: number) => boolean {
  let limit = 0;
  const lease = leases.begin({
    key: 'max_connections',
    total,
    used: open,
    changed: (held) => (limit = Math.max(1, Math.floor(held))),
  });
  return (now) => {
    if (now >= limit * SHORT) lease.short();
    return now < limit;
  };
}
