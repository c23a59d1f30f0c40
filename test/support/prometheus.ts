const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(
  `^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (-?[0-9.e+-]+|[+-]Inf|NaN)$`,
);
const HELP = new RegExp(`^# HELP ${NAME} .+$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);

/** What is wrong with a text in the Prometheus format, version 0.0.4; nothing when it is valid. */
export function expositionFaults(text: string): string[] {
  if (!text.endsWith('\n')) return ['no newline at the end'];
  const types = new Map<string, string>();
  const series = new Set<string>();
  let family = '';
  return text
    .slice(0, -1)
    .split('\n')
    .flatMap((line) => {
      const [, name, type] = TYPE.exec(line) ?? [];
      if (name !== undefined) {
        const again = types.has(name);
        types.set((family = name), type!);
        return again ? [`a second family ${name}`] : [];
      }
      if (HELP.test(line)) return [];
      const [, sample, labels = ''] = SAMPLE.exec(line) ?? [];
      if (sample === undefined) return [`not a sample: ${line}`];
      const base = types.get(family) === 'histogram' ? sample.replace(SUFFIX, '') : sample;
      const key = `${sample}{${labels}}`;
      const faults = base === family ? [] : [`${sample} is not of the family ${family} before it`];
      if (series.has(key)) faults.push(`a second ${key}`);
      series.add(key);
      return faults;
    });
}

const SUFFIX = /_(?:bucket|sum|count)$/;
