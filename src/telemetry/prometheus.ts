/** A metric family in the Prometheus text format, version 0.0.4. */
export interface Metric {
  /** Lines of the family, with `# HELP` and `# TYPE`, without a final newline. */
  render(): string;
}

/** A family whose series are created by their first sample and kept until they are dropped. */
export interface Series extends Metric {
  /** Drops all series but the wanted ones. A dropped series starts again at 0. */
  keep(wanted: (values: readonly string[]) => boolean): void;
}

export interface Counter extends Series {
  /** Adds one. `values` in the order of the label names. */
  add(...values: string[]): void;
}

export interface Histogram extends Series {
  /** Adds a sample. `values` in the order of the label names. */
  observe(value: number, ...values: string[]): void;
}

/** Label values and a number. */
export type Sample = readonly [values: readonly string[], value: number];

/** @example counter('requests_total', 'Requests.', ['route']).add('1') */
export function counter(name: string, help: string, labels: readonly string[]): Counter {
  const series = seriesOf((values) => ({ values, count: 0 }));
  return {
    add(...values) {
      series.at(values).count++;
    },
    keep: series.keep,
    render() {
      const lines = Array.from(series.all(), (s) => line(name, labels, s.values, s.count));
      return family(name, help, 'counter', lines);
    },
  };
}

/**
 * A gauge whose samples are read on each scrape. Samples with the same labels are added up: a scraper rejects the
 * whole page if a series has two lines.
 */
export function gauge(
  name: string,
  help: string,
  labels: readonly string[],
  read: () => Iterable<Sample>,
): Metric {
  return {
    render() {
      const series = new Map<string, Sample>();
      for (const [values, value] of read()) {
        const key = values.join('\n');
        series.set(key, [values, value + (series.get(key)?.[1] ?? 0)]);
      }
      const lines = Array.from(series.values(), (s) => line(name, labels, ...s));
      return family(name, help, 'gauge', lines);
    },
  };
}

/** Upper bounds of the buckets in seconds: from a response over loopback to the longest usual timeouts. */
const BOUNDS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * A histogram of durations in seconds.
 *
 * @param bounds upper bounds of the buckets
 */
export function histogram(
  name: string,
  help: string,
  labels: readonly string[],
  bounds: readonly number[] = BOUNDS_S,
): Histogram {
  const series = seriesOf((values) => ({
    values,
    buckets: bounds.map(() => 0),
    sum: 0,
    count: 0,
  }));
  return {
    observe(value, ...values) {
      const entry = series.at(values);
      const bucket = bounds.findIndex((bound) => value <= bound);
      if (bucket !== -1) entry.buckets[bucket]!++;
      entry.sum += value;
      entry.count++;
    },
    keep: series.keep,
    render() {
      const lines: string[] = [];
      const withBound = [...labels, 'le'];
      for (const { values, buckets, sum, count } of series.all()) {
        let cumulative = 0;
        for (const [i, bound] of bounds.entries()) {
          cumulative += buckets[i]!;
          lines.push(line(`${name}_bucket`, withBound, [...values, String(bound)], cumulative));
        }
        lines.push(line(`${name}_bucket`, withBound, [...values, '+Inf'], count));
        lines.push(line(`${name}_sum`, labels, values, sum));
        lines.push(line(`${name}_count`, labels, values, count));
      }
      return family(name, help, 'histogram', lines);
    },
  };
}

function family(name: string, help: string, type: string, lines: readonly string[]): string {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
}

function line(
  name: string,
  labels: readonly string[],
  values: readonly string[],
  value: number,
): string {
  if (labels.length === 0) return `${name} ${value}`;
  const pairs = labels.map((label, i) => `${label}="${escape(values[i] ?? '')}"`);
  return `${name}{${pairs.join(',')}} ${value}`;
}

/** The three characters that the text format escapes in label values. */
function escape(value: string): string {
  return value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));
}

/** Entries by label values. */
interface SeriesMap<T> {
  /** The entry of these values; created if there is none. */
  at(values: readonly string[]): T;
  all(): Iterable<T>;
  /** Drops all entries but the wanted ones. */
  keep(wanted: (values: readonly string[]) => boolean): void;
}

/** A node of a tree with one level per label; nodes of the last level have an entry. */
interface Tree<T> {
  readonly children: Map<string, Tree<T>>;
  entry: T | null;
}

/**
 * A map with several strings as its key. A tree of maps, as each request counts several times: the strings exist
 * already with their hashes, while a joined key would have to be built and hashed each time.
 */
function seriesOf<T extends { readonly values: readonly string[] }>(
  make: (values: readonly string[]) => T,
): SeriesMap<T> {
  let root = tree<T>();
  const all = new Set<T>();
  function at(values: readonly string[]): T {
    const node = nodeAt(values);
    if (node.entry === null) add(node, make(values));
    return node.entry!;
  }
  function add(node: Tree<T>, entry: T): void {
    node.entry = entry;
    all.add(entry);
  }
  return {
    at,
    all: () => all,
    keep(wanted) {
      const kept = [...all].filter(({ values }) => wanted(values));
      if (kept.length === all.size) return;
      // Rebuilt, so that no empty branches remain.
      root = tree();
      all.clear();
      for (const entry of kept) add(nodeAt(entry.values), entry);
    },
  };
  function nodeAt(values: readonly string[]): Tree<T> {
    let node = root;
    for (const value of values) {
      let child = node.children.get(value);
      if (child === undefined) node.children.set(value, (child = tree()));
      node = child;
    }
    return node;
  }
}

function tree<T>(): Tree<T> {
  return { children: new Map(), entry: null };
}
