import type { Want } from './lease.ts';

/** A worker, as far as limits are shared out. */
export interface Holder {
  /** Asks it to give units back; resolves with those that it gave. Never rejects. */
  giveBack(key: string, units: number, theirs: number): Promise<number>;
}

/** Limits whose parts have moved. More are not remembered: those would begin with equal parts again. */
const MAX_POOLS = 10_000;

/** One limit: what is not mentioned has an equal part. */
interface Pool {
  readonly total: number;
  readonly held: Map<Holder, number>;
  /** Requests are served one after the other. */
  turn: Promise<unknown>;
}

/** Shares the limits out among the workers. */
export class Pools {
  readonly #holders = new Set<Holder>();
  readonly #pools = new Map<string, Pool>();
  readonly #size: number;

  /** @param size number of workers */
  constructor(size: number) {
    this.#size = size;
  }

  /** Keys of which a worker that starts now has nothing yet. */
  get keys(): readonly string[] {
    return [...this.#pools.keys()];
  }

  add(holder: Holder): void {
    this.#holders.add(holder);
    for (const { held } of this.#pools.values()) held.set(holder, 0);
  }

  /** What a worker had that is gone is free. */
  delete(holder: Holder): void {
    this.#holders.delete(holder);
    for (const { held } of this.#pools.values()) held.delete(holder);
  }

  /** Finds units for a worker: free ones, and then those that others do not need. */
  want(holder: Holder, { key, total, units }: Want): Promise<number> {
    const pool = this.#poolOf(key, total);
    const found = pool.turn.then(() => this.#find(pool, holder, key, units));
    pool.turn = found;
    return found;
  }

  async #find(pool: Pool, holder: Holder, key: string, units: number): Promise<number> {
    const { held } = pool;
    let missing = units - this.#take(pool, holder, units);
    for (const other of held.keys()) {
      if (missing <= 0) break;
      if (other === holder) continue;
      const given = await other.giveBack(key, missing, held.get(holder) ?? 0);
      // It may have died meanwhile, and all that it had is free.
      if (held.has(other)) held.set(other, Math.max(0, held.get(other)! - given));
      missing -= this.#take(pool, holder, missing);
    }
    return units - Math.max(0, missing);
  }

  /** Takes of what is free. */
  #take({ total, held }: Pool, holder: Holder, units: number): number {
    if (!held.has(holder)) return 0;
    let free = total;
    for (const part of held.values()) free -= part;
    const taken = Math.max(0, Math.min(units, free));
    held.set(holder, held.get(holder)! + taken);
    return taken;
  }

  #poolOf(key: string, total: number): Pool {
    let pool = this.#pools.get(key);
    if (pool !== undefined) return pool;
    if (this.#pools.size >= MAX_POOLS) this.#pools.delete(this.#pools.keys().next().value!);
    const held = new Map(Array.from(this.#holders, (holder) => [holder, total / this.#size]));
    pool = { total, held, turn: Promise.resolve() };
    this.#pools.set(key, pool);
    return pool;
  }
}
