import { type Counts, total } from './counts.ts';
import { type DifferenceSums, type EndpointSums, verdictOf } from './endpoint-sums.ts';
import { quantiles } from './histogram.ts';
import type { MirrorSums } from './mirror-sums.ts';
import { judged } from './noise.ts';
import { rateOf } from './rate.ts';
import type { DifferenceReport, EndpointReport, MirrorReport } from './report.ts';

/** The report of a mirror, with the verdict that its baselines allow now. */
export function mirrorReport({ route, mirror, counts, endpoints }: MirrorSums): MirrorReport {
  const reports = Array.from(endpoints.values(), endpointReport);
  const sumOf = (name: 'pairs' | 'different' | 'noise_only') =>
    reports.reduce((sum, endpoint) => sum + endpoint[name], 0);
  const [pairs, different] = [sumOf('pairs'), sumOf('different')];
  const { share, low, high } = rateOf(different, pairs);
  return {
    route,
    mirror,
    sent: total(counts.sent),
    failed: Object.fromEntries(counts.failed),
    skipped: Object.fromEntries(counts.skipped),
    pairs,
    same: pairs - different,
    different,
    noise_only: sumOf('noise_only'),
    not_compared: Object.fromEntries(counts.not_compared),
    rate: { different: share, low, high },
    statuses: matrixOf(counts.statuses),
    latency: {
      primary: quantiles(counts.primary),
      mirror: quantiles(counts.mirror),
      lag: quantiles(counts.lag),
    },
    endpoints: reports.toSorted((a, b) => b.different - a.different || b.pairs - a.pairs),
  };
}

function endpointReport(sums: EndpointSums): EndpointReport {
  const { method, path, pairs, baselines, differences } = sums;
  const { different, noiseOnly } = verdictOf(sums);
  return {
    method,
    path,
    pairs,
    different,
    noise_only: noiseOnly,
    baselines,
    differences: differences
      // Those that only baselines have are no differences of the mirror.
      .filter(({ count }) => count > 0)
      .map((difference) => differenceReport(difference, sums))
      .toSorted(byWeight),
  };
}

/** An error is rare as a rule, and weighs more than any field. */
function byWeight(a: DifferenceReport, b: DifferenceReport): number {
  return rank(a) - rank(b) || b.count - a.count;
}

function rank({ shown, undecided, place }: DifferenceReport): number {
  if (!shown) return undecided ? 2 : 3;
  return place === 'status' ? 0 : 1;
}

function differenceReport(difference: DifferenceSums, endpoint: EndpointSums): DifferenceReport {
  const { place, kind, rest, count, ignored, noise, firstMs, lastMs, examples } = difference;
  const judgement = judged(difference, endpoint);
  return {
    place,
    kind,
    ...(rest && { rest }),
    count,
    ignored,
    noise,
    shown: judgement === 'shown',
    ...(judgement === 'undecided' && { undecided: true }),
    first: new Date(firstMs).toISOString(),
    last: new Date(lastMs).toISOString(),
    examples: examples.list,
  };
}

/** @example matrixOf(new Map([['2xx 5xx', 1]])) // { '2xx': { '5xx': 1 } } */
function matrixOf(statuses: Counts): MirrorReport['statuses'] {
  const matrix: Record<string, Record<string, number>> = {};
  for (const [key, count] of statuses) {
    const [primary, mirror] = key.split(' ') as [string, string];
    (matrix[primary] ??= {})[mirror] = count;
  }
  return matrix;
}
