import { MIB } from '../memory/cases.ts';
import { pairedSpread, spread } from '../report/figures.ts';
import { spreadText } from '../report/text.ts';
import { MIRROR_MEMORY } from './setting.ts';
import type { Turn } from './turn.ts';

/** The least ratio of the primary's rates with comparing and without. */
export const LEAST_RATE = 0.95;

/** The greatest ratio of the primary's 99th percentiles. */
export const MOST_P99 = 1.15;

/** Most bytes by which the process may exceed one that does not compare. */
export const MOST_BYTES = MIRROR_MEMORY + 32 * MIB;

/** A row of a table. */
export interface Verdict {
  readonly cells: readonly string[];
  readonly passed: boolean;
}

export const COST_HEADINGS = [
  'compared',
  'req/s',
  'ratio (min - max)',
  'cpu us to serve',
  'ratio (min - max)',
  'to compare',
  'compared',
  'not compared',
  'wrong',
  '',
] as const;

/** How often is compared, and what that may cost. */
export interface CostCase {
  readonly title: string;
  /** Share of the sent copies. */
  readonly share: number;
  /** The least ratio of the rates; 0: it is stated as it is. */
  readonly least: number;
}

/** @param absent the turns of the same rounds without comparing */
export function costRow(
  { title, share, least }: CostCase,
  turns: readonly Turn[],
  absent: readonly Turn[],
): Verdict {
  const rate = pairedSpread(each(turns, 'requestsPerSecond'), each(absent, 'requestsPerSecond'));
  const faults = faultsOf(turns, share);
  const passed = rate.median >= least && faults.length === 0;
  return {
    passed,
    cells: [
      title,
      middle(turns, 'requestsPerSecond', 0),
      spreadText(rate),
      middle(turns, 'serving', 1),
      spreadText(pairedSpread(each(turns, 'serving'), each(absent, 'serving'))),
      middle(turns, 'comparing', 1),
      ...shares(turns),
      faults.join('; ') || '0',
      least === 0 ? '' : passed ? 'ok' : 'FAIL',
    ],
  };
}

export const ISOLATION_HEADINGS = [
  'responses',
  'req/s off',
  'on/off (min - max)',
  'p99 ms off',
  'on/off (min - max)',
  'MiB off',
  'more on',
  'compared',
  'not compared',
  'wrong',
  '',
] as const;

/**
 * @param off turns with a well-behaved mirror that is not compared
 * @param on turns with the same responses of the upstream, and a mirror that is costly to compare
 */
export function isolationRow(title: string, off: readonly Turn[], on: readonly Turn[]): Verdict {
  const rate = pairedSpread(each(on, 'requestsPerSecond'), each(off, 'requestsPerSecond'));
  const p99 = pairedSpread(each(on, 'p99'), each(off, 'p99'));
  const [bytes, bytesOn] = [off, on].map((turns) => Math.max(...each(turns, 'peakBytes')));
  const more = bytesOn! - bytes!;
  const faults = [...faultsOf(off, 0), ...faultsOf(on, 1)];
  const passed =
    rate.median >= LEAST_RATE &&
    p99.median <= MOST_P99 &&
    more <= MOST_BYTES &&
    faults.length === 0;
  return {
    passed,
    cells: [
      title,
      middle(off, 'requestsPerSecond', 0),
      spreadText(rate),
      middle(off, 'p99', 1),
      spreadText(p99),
      (bytes! / MIB).toFixed(0),
      (more / MIB).toFixed(0),
      ...shares(on),
      faults.join('; ') || '0',
      passed ? 'ok' : 'FAIL',
    ],
  };
}

/**
 * What must never happen: a wrong response, or a chosen copy without exactly one result.
 *
 * @param share of the copies that is chosen for comparison
 */
function faultsOf(turns: readonly Turn[], share: number): string[] {
  return turns.flatMap(({ wrong, copies: { sent, results } }) => {
    const ended = total(results);
    const isExact = share === 0 || share === 1 ? ended === share * sent : ended < sent;
    return [
      ...(wrong > 0 ? [`${wrong} responses`] : []),
      ...(isExact ? [] : [`${ended} results of ${sent} copies`]),
    ];
  });
}

/** The pairs that were compared, and the others by reason. */
function shares(turns: readonly Turn[]): [string, string] {
  const results = new Map<string, number>();
  for (const { copies } of turns)
    for (const [result, count] of Object.entries(copies.results))
      results.set(result, (results.get(result) ?? 0) + count);
  const taken = (name: string) => {
    const count = results.get(name) ?? 0;
    results.delete(name);
    return count;
  };
  const compared = taken('same') + taken('different');
  const others = [...results].filter(([, count]) => count > 0);
  return [String(compared), others.map(([reason, count]) => `${count} ${reason}`).join(', ')];
}

function total(results: Readonly<Record<string, number>>): number {
  return Object.values(results).reduce((sum, count) => sum + count, 0);
}

function each<Name extends keyof Turn>(turns: readonly Turn[], name: Name): Turn[Name][] {
  return turns.map((turn) => turn[name]);
}

function middle(
  turns: readonly Turn[],
  name: 'requestsPerSecond' | 'serving' | 'comparing' | 'p99',
  digits: number,
): string {
  return spread(each(turns, name)).median.toFixed(digits);
}
