import { statusClass } from '../../http/status.ts';
import type { Comparison } from '../comparison.ts';
import { add, type Counts } from './counts.ts';
import { endpointMethod, endpointPath } from './endpoint.ts';
import {
  addBaseline,
  addEndpoint,
  addPair,
  type EndpointSums,
  endpointSums,
  type Budgets,
} from './endpoint-sums.ts';
import type { PairFacts } from './examples.ts';
import { observe } from './histogram.ts';

/** Endpoints of a mirror that are counted apart. */
const MAX_ENDPOINTS = 1000;
/** Estimated memory of one, beside its texts. */
const ENDPOINT_BYTES = 800;

/** What a mirror counts by name: copies by reason, pairs by reason and by statuses, histograms of seconds by bucket. */
export const COUNTERS = [
  'sent',
  'failed',
  'skipped',
  'not_compared',
  'statuses',
  'primary',
  'mirror',
  'lag',
] as const;

type Counters = Readonly<Record<(typeof COUNTERS)[number], Counts>>;

export interface MirrorSums {
  readonly route: string;
  readonly mirror: string;
  readonly counts: Counters;
  /** By method and path. */
  readonly endpoints: Map<string, EndpointSums>;
}

/** A sent copy that was chosen for comparison, or a pair of two responses of the old version. */
export interface ComparedPair extends PairFacts {
  /** Labels as in metrics. */
  readonly route: string;
  readonly mirror: string;
  readonly method: string;
  readonly comparison: Comparison;
  /** `null`: there was none. */
  readonly primary: ResponseFacts | null;
  readonly mirrorResponse: ResponseFacts;
}

/** What is told of a response beside its differences. */
export interface ResponseFacts {
  readonly status: number;
  /** Seconds to its head; `null` where that was not measured, as nothing of the response was recorded. */
  readonly seconds: number | null;
}

export function mirrorSums(route: string, mirror: string): MirrorSums {
  const counts = Object.fromEntries(COUNTERS.map((name) => [name, new Map<string, number>()]));
  return { route, mirror, counts: counts as unknown as Counters, endpoints: new Map() };
}

export function countPair(sums: MirrorSums, pair: ComparedPair, budgets: Budgets): void {
  const { counts, endpoints } = sums;
  const { comparison, primary, mirrorResponse } = pair;
  add(counts.sent, statusClass(mirrorResponse.status), 1);
  if (primary !== null) {
    const { statuses = [primary, mirrorResponse].map((one) => statusClass(one.status)) } =
      comparison;
    add(counts.statuses, statuses.join(' '), 1);
    observeTimes(counts, primary.seconds, mirrorResponse.seconds);
  }
  if (comparison.result === 'not_compared') add(counts.not_compared, comparison.reason, 1);
  else addPair(endpointOf(endpoints, pair, budgets), comparison.differences, pair, budgets);
}

function observeTimes(counts: Counters, primary: number | null, mirror: number | null): void {
  if (primary === null || mirror === null) return;
  observe(counts.primary, primary);
  observe(counts.mirror, mirror);
  observe(counts.lag, mirror - primary);
}

export function countBaseline(sums: MirrorSums, pair: ComparedPair, budgets: Budgets): void {
  const { comparison } = pair;
  if (comparison.result === 'not_compared') return;
  addBaseline(endpointOf(sums.endpoints, pair, budgets), comparison.differences, budgets);
}

export function addMirror(sums: MirrorSums, more: MirrorSums, budgets: Budgets): void {
  for (const name of COUNTERS)
    for (const [key, count] of more.counts[name]) add(sums.counts[name], key, count);
  for (const endpoint of more.endpoints.values()) {
    const { method, path } = endpoint;
    addEndpoint(endpointAt(sums.endpoints, method, path, budgets), endpoint, budgets);
  }
}

function endpointOf(
  endpoints: MirrorSums['endpoints'],
  { method, target }: ComparedPair,
  budgets: Budgets,
): EndpointSums {
  return endpointAt(endpoints, endpointMethod(method), endpointPath(target), budgets);
}

function endpointAt(
  endpoints: MirrorSums['endpoints'],
  method: string,
  path: string,
  budgets: Budgets,
): EndpointSums {
  const key = `${method} ${path}`;
  const known = endpoints.get(key);
  if (known !== undefined) return known;
  const isFull = endpoints.size >= MAX_ENDPOINTS;
  const hasRoom = !isFull && budgets.sums.reserve(ENDPOINT_BYTES + 2 * key.length);
  return hasRoom ? create(endpoints, key) : (endpoints.get(OTHER) ?? create(endpoints, OTHER));
}

/** Method and path of the endpoint that holds the rest. */
const OTHER = '* other';

function create(endpoints: MirrorSums['endpoints'], key: string): EndpointSums {
  // Parts of the key, and not of the target that they came in, which would be kept as a whole.
  const space = key.indexOf(' ');
  const endpoint = endpointSums(key.slice(0, space), key.slice(space + 1));
  endpoints.set(key, endpoint);
  return endpoint;
}
