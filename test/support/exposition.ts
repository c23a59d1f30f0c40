/** A sample of the Prometheus text format. */
export interface Exposed {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\\\\n]|\\\\[\\\\"n])*)"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{((?:${LABEL},?)*)\\})? (\\S+)$`);
const COMMENT = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`);
const TYPES = ['counter', 'gauge', 'histogram'];
const SUFFIXES = ['', '_bucket', '_sum', '_count'];

/**
 * Reads the text format, version 0.0.4, as strictly as it is written down: HELP and TYPE once before
 * a family's samples, families in one piece, no series twice, values that are numbers, histograms
 * whose buckets grow up to `+Inf`, which equals their count.
 *
 * @throws at the first fault, with its line
 */
export function readExposition(text: string): Exposed[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const samples: Exposed[] = [];
  const families = new Map<string, string>();
  const helped = new Set<string>();
  const series = new Set<string>();
  let family = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = COMMENT.exec(line);
    if (comment !== null) {
      const [, kind, name, rest] = comment as unknown as [string, string, string, string];
      const seen = kind === 'HELP' ? helped : families;
      if (seen.has(name)) fault(line, `${kind} twice`);
      if (kind === 'HELP') helped.add(name);
      else if (!TYPES.includes(rest) || !helped.has(name)) fault(line, 'TYPE without HELP or name');
      else families.set((family = name), rest);
      continue;
    }
    const match = SAMPLE.exec(line) ?? fault(line, 'no sample');
    const [name, pairs = '', value] = [match[1]!, match[2], match.at(-1)!];
    const suffixes = families.get(family) === 'histogram' ? SUFFIXES.slice(1) : [''];
    if (!suffixes.some((suffix) => name === family + suffix)) fault(line, 'not of this family');
    if (series.has(name + pairs)) fault(line, 'twice');
    series.add(name + pairs);
    if (value === '' || Number.isNaN(Number(value))) fault(line, 'no number');
    samples.push({ name, labels: labelsOf(pairs, line), value: Number(value) });
  }
  checkHistograms(samples, families);
  return samples;
}

function labelsOf(pairs: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name, value] of pairs.matchAll(new RegExp(LABEL, 'g'))) {
    if (Object.hasOwn(labels, name!)) fault(line, 'a label twice');
    labels[name!] = value!.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
  }
  return labels;
}

function checkHistograms(samples: readonly Exposed[], families: ReadonlyMap<string, string>): void {
  const last = new Map<string, number>();
  for (const { name, labels, value } of samples) {
    if (families.get(name.replace(/_(bucket|count)$/, '')) !== 'histogram') continue;
    const { le, ...rest } = labels;
    const key = `${name.replace(/_(bucket|count)$/, '')} ${JSON.stringify(rest)}`;
    const before = last.get(key) ?? 0;
    if (name.endsWith('_bucket') ? value < before : value !== before) {
      fault(`${name} ${le}`, 'buckets do not add up');
    }
    last.set(key, value);
  }
}

function fault(line: string, what: string): never {
  throw new Error(`${what}: ${line}`);
}
