import { bounds, counted, nameOf, percent, sumOf } from '../../compare/report/print/words.ts';
import type { MirrorReport, Report } from '../../compare/report/report.ts';
import { inOneLine, quoted } from '../../http/quoted.ts';
import type { SkipReason } from '../../mirror/outcome.ts';
import { SettingError } from '../../settings/values.ts';
import { meant } from '../arguments.ts';

/** What a condition is about. */
interface Measure {
  readonly unit: 'share' | 'ratio' | 'count';
  /** `null`: nothing is known of it yet. */
  readonly of: (mirror: MirrorReport) => number | null;
  /** Up to what the true value may be; left out where that is not known. */
  readonly upTo?: (mirror: MirrorReport) => number;
}

const MEASURES: Readonly<Record<string, Measure>> = {
  different: {
    unit: 'share',
    of: ({ different, pairs }) => share(different, pairs),
    upTo: ({ rate }) => rate.high,
  },
  not_compared: {
    unit: 'share',
    of: ({ not_compared: reasons, pairs }) => share(sumOf(reasons), sumOf(reasons) + pairs),
  },
  failed: { unit: 'share', of: ({ failed, sent }) => share(sumOf(failed), sumOf(failed) + sent) },
  skipped: { unit: 'share', of: skippedShare },
  p99_ratio: {
    unit: 'ratio',
    of: ({ latency: { primary, mirror } }) =>
      primary.p99 === null || mirror.p99 === null || primary.p99 === 0
        ? null
        : mirror.p99 / primary.p99,
  },
  new_5xx: { unit: 'count', of: ({ statuses, pairs }) => (pairs === 0 ? null : new5xx(statuses)) },
};

/**
 * Whether a copy that was skipped for this reason was to be sent. One that nobody wants, or that cannot be, says nothing of
 * the mirror; one that its breaker or a limit holds back leaves the gate with what was measured before.
 */
const IS_MISSING: Readonly<Record<SkipReason, boolean>> = {
  filtered: false,
  sampled_out: false,
  loop: false,
  upgrade: false,
  body_too_large: true,
  body_incomplete: true,
  memory_limit: true,
  in_flight_limit: true,
  rate_limit: true,
  breaker_open: true,
};

/** The copies that were to be sent and were skipped, by reason; one that another version of the gateway names is among them. */
function missingOf({ skipped }: MirrorReport): Readonly<Record<string, number>> {
  const isMissing = (reason: string) =>
    !Object.hasOwn(IS_MISSING, reason) || IS_MISSING[reason as SkipReason];
  return Object.fromEntries(Object.entries(skipped).filter(([reason]) => isMissing(reason)));
}

function skippedShare(mirror: MirrorReport): number | null {
  const missing = sumOf(missingOf(mirror));
  return share(missing, missing + sumOf(mirror.failed) + mirror.sent);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** Pairs whose mirror responded with 5xx and whose primary did not. */
function new5xx(statuses: MirrorReport['statuses']): number {
  const others = Object.entries(statuses).filter(([primary]) => primary !== '5xx');
  return others.reduce((sum, [, mirrors]) => sum + (mirrors['5xx'] ?? 0), 0);
}

/** A condition that fails the gate. */
export interface Condition {
  /** As it was given. */
  readonly text: string;
  readonly measure: Measure;
  readonly fails: (value: number) => boolean;
}

const CONDITION = /^([a-z0-9_]+) ?(>=?) ?(\d{1,12}(?:\.\d{1,12})?|\.\d{1,12}) ?(%?)$/;

/**
 * Parses a condition such as `different>0.1%`.
 *
 * @throws SettingError that says what was expected
 */
export function parseCondition(text: string): Condition {
  const [, name, operator, digits, sign] = CONDITION.exec(text) ?? [];
  if (name === undefined)
    throw new SettingError(
      `--fail-on: expected a condition such as "different>0.1%", found ${quoted(text)}`,
    );
  const measure = Object.hasOwn(MEASURES, name) ? MEASURES[name]! : null;
  if (measure === null) {
    const names = Object.keys(MEASURES);
    throw new SettingError(
      `--fail-on: unknown measure ${quoted(name)}${meant(name, names)} expected one of ${names.join(', ')}`,
    );
  }
  const limit = Number(digits) / (sign === '%' ? 100 : 1);
  if (measure.unit === 'share' ? limit > 1 : sign === '%')
    throw new SettingError(
      `--fail-on: expected ${EXPECTED[measure.unit](name)}, found ${quoted(text)}`,
    );
  const fails =
    operator === '>' ? (value: number) => value > limit : (value: number) => value >= limit;
  return { text, measure, fails };
}

const EXPECTED: Readonly<Record<Measure['unit'], (name: string) => string>> = {
  share: (name) => `a share from 0 to 1, or with %, such as "${name}>0.5%"`,
  ratio: (name) => `a ratio such as "${name}>1.5"`,
  count: (name) => `a number such as "${name}>0"`,
};

/** The outcome of a gate, and a line for each reason. */
export interface Judgement {
  readonly outcome: 'passed' | 'failed' | 'unknown';
  readonly lines: readonly string[];
}

/**
 * Judges each mirror of a report by each condition. `unknown` if a mirror has too few pairs, or a measure has no value:
 * neither would be evidence that all is well. Nor is a mirror that has got few copies of late, which a line says whatever the
 * conditions are.
 *
 * @param minPairs compared pairs that each mirror must have
 */
export function judge(
  { mirrors }: Report,
  conditions: readonly Condition[],
  minPairs: number,
): Judgement {
  const unknown: string[] = [];
  const isGate = minPairs > 0 || conditions.length > 0;
  if (mirrors.length === 0 && isGate) unknown.push('unknown: no mirror was compared');
  for (const mirror of mirrors) {
    if (mirror.pairs >= minPairs) continue;
    const expected = `expected at least ${counted(minPairs)} ${minPairs === 1 ? 'pair' : 'pairs'}, found ${counted(mirror.pairs)}`;
    unknown.push(`unknown: ${nameOf(mirror)}: ${expected}`);
  }
  let isFailed = false;
  const lines: string[] = [];
  for (const mirror of mirrors) {
    for (const { text, measure, fails } of conditions) {
      const value = measure.of(mirror);
      if (value === null) {
        unknown.push(`unknown: ${text}: ${nameOf(mirror)}: nothing was measured`);
        continue;
      }
      const failed = fails(value);
      isFailed ||= failed;
      const found = FORMAT[measure.unit](value) + certainty(mirror, measure, fails);
      lines.push(`${failed ? 'failed' : 'passed'}: ${text}: ${nameOf(mirror)}: ${found}`);
    }
  }
  const outcome = unknown.length > 0 ? 'unknown' : isFailed ? 'failed' : 'passed';
  const cautions = isGate ? mirrors.flatMap(caution) : [];
  return { outcome, lines: [...lines, ...unknown, ...cautions].map(inOneLine) };
}

/** What is said of a mirror that most of its copies did not reach: the share of them that fails or differs is an old one. */
function caution(mirror: MirrorReport): string[] {
  if ((skippedShare(mirror) ?? 0) <= 0.5) return [];
  const reasons = Object.entries(missingOf(mirror)).map(
    ([reason, count]) => `${reason} ${counted(count)}`,
  );
  return [
    `caution: ${nameOf(mirror)}: most copies were skipped (${reasons.join(', ')}): the pairs say little about now`,
  ];
}

/**
 * The bounds of a measure that has some, and whether they reach beyond the limit though the measure does not.
 *
 * @example ' (under 1 %: may fail with more pairs)'
 */
function certainty(mirror: MirrorReport, { of, upTo }: Measure, fails: Condition['fails']): string {
  if (upTo === undefined) return '';
  const mayFail = fails(upTo(mirror)) && !fails(of(mirror)!);
  return ` (${bounds(mirror)}${mayFail ? ': may fail with more pairs' : ''})`;
}

const FORMAT: Readonly<Record<Measure['unit'], (value: number) => string>> = {
  share: percent,
  ratio: (value) => String(Number(value.toPrecision(3))),
  count: counted,
};
