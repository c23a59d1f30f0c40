import { Pool } from 'undici';
import { sharedLookup } from './lookup.ts';

/** Connections to origins, kept alive and reused. */
export interface Pools {
  /** The pool for an origin; `connect` is the time limit for a new connection, in milliseconds. */
  get(origin: string, connect: number): Pool;
  /** Ends every connection, those in use as well. */
  destroy(): void;
}

/**
 * Pools by origin. undici's `Agent` has one connect timeout for all origins; routes have their own,
 * so it is part of the key.
 */
export function createPools(): Pools {
  const byOrigin = new Map<string, Map<number, Pool>>();
  const lookup = sharedLookup();
  return {
    get(origin, connect) {
      let byTimeout = byOrigin.get(origin);
      if (byTimeout === undefined) byOrigin.set(origin, (byTimeout = new Map()));
      let pool = byTimeout.get(connect);
      if (pool === undefined) {
        // Deadlines come with each request; pipelining 1 is plain keep-alive.
        pool = new Pool(origin, {
          connect: { timeout: connect, lookup },
          pipelining: 1,
          allowH2: false,
        });
        byTimeout.set(connect, pool);
      }
      return pool;
    },
    destroy() {
      for (const byTimeout of byOrigin.values()) {
        for (const pool of byTimeout.values()) void pool.destroy();
      }
      byOrigin.clear();
    },
  };
}
