import type { DifferenceKind } from '../comparison.ts';
import type { Counts } from './counts.ts';
import {
  type DifferenceSums,
  type EndpointSums,
  endpointSums,
  indicesIn,
} from './endpoint-sums.ts';
import { COUNTERS, type MirrorSums, mirrorSums } from './mirror-sums.ts';
import type { Examples } from './examples.ts';
import type { ExampleReport } from './report.ts';

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
 * Reads a delta, which may come from another version of this program. `null` if anything in it is not as `deltaOf` makes
 * it. Never throws.
 */
export function readDelta(delta: unknown): { sinceMs: number; mirrors: MirrorSums[] } | null {
  try {
    const { version, sinceMs, mirrors } = object(delta);
    expect(version === VERSION);
    return { sinceMs: time(sinceMs), mirrors: list(mirrors).map(readMirror) };
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

class Unreadable extends Error {}

function expect(holds: boolean): asserts holds {
  if (!holds) throw new Unreadable();
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  expect(typeof value === 'object' && value !== null && !Array.isArray(value));
  return value as Readonly<Record<string, unknown>>;
}

function list(value: unknown): readonly unknown[] {
  expect(Array.isArray(value));
  return value;
}

/** Longest text in a delta: longer ones are cut when they are counted. */
const MAX_TEXT = 2048;

function text(value: unknown): string {
  expect(typeof value === 'string' && value.length <= MAX_TEXT);
  return value;
}

function count(value: unknown): number {
  expect(Number.isSafeInteger(value) && (value as number) >= 0);
  return value as number;
}

/** Latest time that a `Date` can hold. */
const MAX_TIME_MS = 8.64e15;

function time(value: unknown): number {
  expect(count(value) <= MAX_TIME_MS);
  return value as number;
}

function readMirror(value: unknown): MirrorSums {
  const given = object(value);
  const sums = mirrorSums(text(given['route']), text(given['mirror']));
  const counts = object(given['counts']);
  for (const name of COUNTERS) readCounts(counts[name], NAMES[name] ?? REASON, sums.counts[name]);
  for (const one of list(given['endpoints']).map(readEndpoint))
    sums.endpoints.set(`${one.method} ${one.path}`, one);
  return sums;
}

const REASON = /^[\da-z_]{1,40}$/;
const BUCKET = /^-?\d{1,3}$/;
const NAMES: Readonly<Partial<Record<(typeof COUNTERS)[number], RegExp>>> = {
  statuses: /^[1-5]xx [1-5]xx$/,
  primary: BUCKET,
  mirror: BUCKET,
  lag: BUCKET,
};
/** More than any counter has. */
const MAX_NAMES = 1000;

function readCounts(value: unknown, name: RegExp, counts: Counts): void {
  const entries = Object.entries(object(value));
  expect(entries.length <= MAX_NAMES);
  for (const [key, number] of entries) {
    expect(name.test(key));
    counts.set(key, count(number));
  }
}

function readEndpoint(value: unknown): EndpointSums {
  const given = object(value);
  const judged = object(given['judged']);
  const sums: EndpointSums = {
    ...endpointSums(text(given['method']), text(given['path'])),
    pairs: count(given['pairs']),
    baselines: count(given['baselines']),
    differences: list(given['differences']).map(readDifference),
    judged: { different: count(judged['different']), noiseOnly: count(judged['noiseOnly']) },
  };
  let pairs = sums.judged.different + sums.judged.noiseOnly;
  for (const entry of list(given['sets'])) {
    const [set, number] = list(entry);
    for (const index of indicesIn(text(set))) expect(sums.differences[index] !== undefined);
    sums.sets.set(text(set), count(number));
    pairs += count(number);
  }
  expect(pairs <= sums.pairs);
  return sums;
}

const KINDS: Readonly<Record<DifferenceKind, true>> = {
  value: true,
  type: true,
  missing: true,
  extra: true,
  order: true,
  length: true,
};

function readDifference(value: unknown): DifferenceSums {
  const given = object(value);
  const { kind, rest } = given;
  expect(typeof kind === 'string' && Object.hasOwn(KINDS, kind) && typeof rest === 'boolean');
  const sums = {
    place: text(given['place']),
    kind: kind as DifferenceKind,
    rest,
    count: count(given['count']),
    ignored: count(given['ignored']),
    noise: count(given['noise']),
    firstMs: time(given['firstMs']),
    lastMs: time(given['lastMs']),
    examples: readExamples(given['examples']),
  };
  expect(sums.ignored <= sums.count);
  return sums;
}

function readExamples(value: unknown): Examples {
  const given = object(value);
  return { keep: count(given['keep']), list: list(given['list']).map(readExample) };
}

function readExample(value: unknown): ExampleReport {
  const { request_id, time: at, path, ...values } = object(value);
  return {
    request_id: text(request_id),
    time: text(at),
    path: text(path),
    ...('primary' in values && { primary: values['primary'] }),
    ...('mirror' in values && { mirror: values['mirror'] }),
  };
}
