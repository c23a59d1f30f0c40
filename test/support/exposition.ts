/** A sample of the Prometheus text format. */
export interface Exposed {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\\\\n]|\\\\[\\\\"n])*)"';
const VALUE = '-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?|[+-]Inf|NaN';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (${VALUE})$`);
const HELP = new RegExp(`^# HELP (${NAME}) (?:[^\\\\]|\\\\[\\\\n])+$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`);

/**
 * Parses the text format, version 0.0.4, as strictly as it is specified: HELP and TYPE once before a family's
 * samples, families in one piece, no series twice, values that are numbers, counters that are not negative,
 * histograms whose buckets grow up to `+Inf`, which equals their count.
 *
 * Our own, since npm has no strict parser: the common one, `parse-prometheus-text-format`, accepts a value of `x`, a
 * repeated series, falling buckets and most other inputs of `test/unit/telemetry/exposition.test.ts`.
 *
 * @throws at the first fault, with its line
 */
export function readExposition(text: string): Exposed[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const samples: Exposed[] = [];
  const helped = new Set<string>();
  const types = new Map<string, string>();
  const series = new Set<string>();
  let family = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const help = HELP.exec(line)?.[1];
    const [, typed, type] = TYPE.exec(line) ?? [];
    if (help !== undefined) {
      if (helped.has(help)) fault(line, 'HELP twice');
      helped.add((family = help));
    } else if (typed !== undefined) {
      if (typed !== family || types.has(typed)) fault(line, 'TYPE twice or without HELP');
      types.set(typed, type!);
    } else {
      const sample = readSample(line);
      if (!namesOf(family, types.get(family)).includes(sample.name)) {
        fault(line, 'not of the family before it');
      }
      // Sums of histograms may fall: a mirror may be faster than the primary.
      const mayFall = types.get(family) === 'gauge' || sample.name.endsWith('_sum');
      if (sample.value < 0 && !mayFall) fault(line, 'below 0');
      const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).toSorted())}`;
      if (series.has(key)) fault(line, 'twice');
      series.add(key);
      samples.push(sample);
    }
  }
  for (const [name, type] of types) if (type === 'histogram') checkHistogram(name, samples);
  return samples;
}

/** Names of a family's samples; empty without a TYPE. */
function namesOf(family: string, type: string | undefined): readonly string[] {
  if (type === undefined) return [];
  if (type !== 'histogram') return [family];
  return ['_bucket', '_sum', '_count'].map((suffix) => family + suffix);
}

function readSample(line: string): Exposed {
  const match = SAMPLE.exec(line) ?? fault(line, 'no sample');
  const labels: Record<string, string> = {};
  for (const [, name, value] of (match[2] ?? '').matchAll(new RegExp(LABEL, 'g'))) {
    if (Object.hasOwn(labels, name!)) fault(line, 'a label twice');
    labels[name!] = value!.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
  }
  return { name: match[1]!, labels, value: numberOf(match.at(-1)!) };
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

/** Checks that the buckets of a label set are in order, followed by its sum and its count. */
function checkHistogram(name: string, samples: readonly Exposed[]): void {
  const open = new Map<string, { bound: number; count: number; ended: boolean }>();
  for (const sample of samples) {
    if (!namesOf(name, 'histogram').includes(sample.name)) continue;
    const { le, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    const last = open.get(key) ?? { bound: -Infinity, count: 0, ended: false };
    if (sample.name === `${name}_bucket`) {
      const bound = numberOf(le ?? 'NaN');
      if (!(bound > last.bound) || sample.value < last.count) fault(key, `${name}: buckets fall`);
      open.set(key, { bound, count: sample.value, ended: false });
    } else if (sample.name === `${name}_count`) {
      if (last.bound !== Infinity || sample.value !== last.count)
        fault(key, `${name}: not the count of all`);
      last.ended = true;
    }
  }
  if ([...open.values()].some(({ ended }) => !ended)) fault(name, 'a histogram without its count');
}

function fault(line: string, what: string): never {
  throw new Error(`${what}: ${line}`);
}
