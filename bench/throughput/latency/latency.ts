import { type Latencies, openRate } from '../../load/open-rate.ts';
import { pairedSpread, spread } from '../../report/figures.ts';
import { faultRow } from '../../report/series.ts';
import { table } from '../../report/table.ts';
import { spreadText } from '../../report/text.ts';
import type { Subject } from '../../subjects/subject.ts';
import { settled, takeTurn } from '../rates/turn.ts';
import { type Setting, say } from '../setting.ts';

const HEADINGS = [
  '',
  'rate',
  'p50 off',
  'p50 on',
  'p99 off',
  'p99 on',
  'p99 on/off (min - max)',
  'load late',
] as const;

/** Mirror off and on. */
const SIDES = { off: 'plain', on: 'mirrored' } as const;
type Side = keyof typeof SIDES;

/** Name of the p99 of a subject in `Figures`. */
export function p99Of(side: Side, subject: string): string {
  return `p99 ${side} ${subject}`;
}

/** What a mirror adds to the time of a GET, at half the rate that the gateway could take with it. */
export async function latency(setting: Setting): Promise<void> {
  const rows: string[][] = [];
  for (const subject of setting.subjects) {
    if (subject.kind === 'competitor' && subject.runtime !== null) continue;
    say(`latency: ${subject.name}`);
    try {
      rows.push(await measure(setting, subject));
    } catch (error) {
      for (const side of ['off', 'on'] as const)
        setting.figures.fail(p99Of(side, subject.name), error as Error);
      rows.push(faultRow(subject.name, setting.figures.get(p99Of('on', subject.name))!));
      await setting.stage.leave(subject);
    }
  }
  console.log('\nGET at a fixed rate that waits for no answer, milliseconds');
  console.log(table([HEADINGS, ...rows]));
}

async function measure(setting: Setting, subject: Subject): Promise<string[]> {
  const { stage, options, figures } = setting;
  const { connections, seconds, turns } = options;
  const { url } = await stage.enter(subject);
  const rate = await halfOfSaturation(setting, url);
  const taken: Record<Side, Latencies[]> = { off: [], on: [] };
  for (let round = 0; round < turns; round++) {
    for (const side of ['off', 'on'] as const) {
      const target = `${url}/${SIDES[side]}/small`;
      const result = await openRate({ url: target, connections, rate, seconds });
      taken[side].push(result);
      figures.add(p99Of(side, subject.name), result.p99);
      await settled(stage.origins);
    }
  }
  const median = (side: Side, what: keyof Latencies) =>
    spread(taken[side].map((one) => one[what])).median.toFixed(2);
  const p99s = (side: Side) => taken[side].map(({ p99 }) => p99);
  return [
    subject.name,
    `${rate}/s`,
    median('off', 'p50'),
    median('on', 'p50'),
    median('off', 'p99'),
    median('on', 'p99'),
    spreadText(pairedSpread(p99s('on'), p99s('off'))),
    median('on', 'late'),
  ];
}

/** Half the rate of the slower side, each warmed up. */
async function halfOfSaturation({ stage, options }: Setting, url: string): Promise<number> {
  const { connections, seconds } = options;
  const rates: number[] = [];
  for (const mode of Object.values(SIDES)) {
    const turn = { url, case: 'get', mode, connections, seconds } as const;
    await takeTurn(stage.origins, turn);
    rates.push((await takeTurn(stage.origins, turn)).requestsPerSecond);
    await settled(stage.origins);
  }
  return Math.max(1, Math.round(Math.min(...rates) / 2));
}
