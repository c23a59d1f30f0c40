import { type EndpointSums, endpointSums } from './endpoint-sums.ts';
import { COUNTERS, type MirrorSums, mirrorSums } from './mirror-sums.ts';

const VERSION = 1;

/** Sums as JSON, on their way from one process or isolate to another. */
export interface SumsDelta {
  readonly version: typeof VERSION;
  readonly sinceMs: number;
  readonly mirrors: readonly MirrorDelta[];
}

interface MirrorDelta {
  readonly route: string;
  readonly mirror: string;
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly endpoints: readonly EndpointDelta[];
}

type EndpointDelta = Omit<EndpointSums, 'indices' | 'sets'> & {
  readonly sets: readonly (readonly [set: string, pairs: number])[];
};

export function deltaOf(sinceMs: number, mirrors: Iterable<MirrorSums>): SumsDelta {
  return { version: VERSION, sinceMs, mirrors: Array.from(mirrors, mirrorDelta) };
}

function mirrorDelta({ route, mirror, counts, endpoints }: MirrorSums): MirrorDelta {
  const entries = COUNTERS.map((name) => [name, Object.fromEntries(counts[name])] as const);
  return {
    route,
    mirror,
    counts: Object.fromEntries(entries),
    endpoints: Array.from(endpoints.values(), endpointDelta),
  };
}

function endpointDelta(endpoint: EndpointSums): EndpointDelta {
  const { method, path, pairs, baselines, differences, sets, judged } = endpoint;
  return { method, path, pairs, baselines, differences, sets: [...sets], judged };
}

/**
 * Reads a delta as it came from JSON. `null` if it is of another version of this program, or none at all. Never throws.
 * What a delta holds is not checked: only isolates of the same Worker can send one.
 */
export function readDelta(delta: unknown): { sinceMs: number; mirrors: MirrorSums[] } | null {
  try {
    const { version, sinceMs, mirrors } = delta as SumsDelta;
    return version === VERSION ? { sinceMs, mirrors: mirrors.map(readMirror) } : null;
  } catch {
    return null;
  }
}

function readMirror({ route, mirror, counts, endpoints }: MirrorDelta): MirrorSums {
  const sums = mirrorSums(route, mirror);
  for (const name of COUNTERS)
    for (const [key, count] of Object.entries(counts[name]!)) sums.counts[name].set(key, count);
  for (const { sets, ...endpoint } of endpoints)
    sums.endpoints.set(`${endpoint.method} ${endpoint.path}`, {
      ...endpointSums(endpoint.method, endpoint.path),
      ...endpoint,
      sets: new Map(sets),
    });
  return sums;
}
