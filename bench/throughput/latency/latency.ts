import { type Latencies, openRate } from '../../load/open-rate.ts';
import { workedSeconds } from '../../machine/core.ts';
import { cpuSeconds, members } from '../../machine/group.ts';
import { pairedSpread, spread } from '../../report/figures.ts';
import { faultRow } from '../../report/series.ts';
import { table } from '../../report/table.ts';
import { spreadText } from '../../report/text.ts';
import type { Running } from '../../subjects/running.ts';
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
  'busy off',
  'busy on',
  'rest off',
  'rest on',
  'load late',
] as const;

/** With the mirror off and on. */
const SIDES = { off: 'plain', on: 'mirrored' } as const;
type Side = keyof typeof SIDES;

/** Name of the p99 of a subject in `Figures`. */
export function p99Of(side: Side, subject: string): string {
  return `p99 ${side} ${subject}`;
}

/** A p99 depends on events that the machine has a few times a second, so it takes more rounds. */
const ROUNDS_EACH_TURN = 3;

/** The result of one turn. */
interface Taken extends Latencies {
  /** Share of its core that the gateway used. */
  readonly busy: number;
  /** Share of the other core that all other programs used; NaN when nothing is pinned. */
  readonly rest: number;
}

interface Measured {
  readonly rate: number;
  /** A row of the table. */
  readonly cells: string[];
}

/** Measures what a mirror adds to the time of a GET, at a share of the gateway's maximum rate with a mirror. */
export async function latency(setting: Setting): Promise<void> {
  const rows: string[][] = [];
  let highest = 0;
  for (const subject of setting.subjects) {
    if (subject.kind === 'competitor' && subject.runtime !== null) continue;
    say(`latency: ${subject.name}`);
    try {
      const { rate, cells } = await measure(setting, subject);
      highest = Math.max(highest, rate);
      rows.push(cells);
    } catch (error) {
      for (const side of ['off', 'on'] as const)
        setting.figures.fail(p99Of(side, subject.name), error as Error);
      rows.push(faultRow(subject.name, setting.figures.get(p99Of('on', subject.name))!));
      await setting.stage.leave(subject);
    }
  }
  if (highest > 0) rows.push(await direct(setting, highest));
  console.log('\nGET at a fixed rate that does not wait for responses, milliseconds');
  console.log(table([HEADINGS, ...rows]));
}

async function measure(setting: Setting, subject: Subject): Promise<Measured> {
  const { stage, options, figures } = setting;
  const running = await stage.enter(subject);
  const rate = await shareOfSaturation(setting, running.url);
  const taken: Record<Side, Taken[]> = { off: [], on: [] };
  for (let round = 0; round < options.turns * ROUNDS_EACH_TURN; round++) {
    for (const side of ['off', 'on'] as const) {
      const result = await timed(setting, running, {
        ...options,
        rate,
        target: `${SIDES[side]}/small`,
      });
      taken[side].push(result);
      figures.add(p99Of(side, subject.name), result.p99);
      await settled(stage.origins);
    }
  }
  const of = (side: Side, what: keyof Taken) => taken[side].map((one) => one[what]);
  const milliseconds = (side: Side, what: keyof Latencies) =>
    spread(of(side, what)).median.toFixed(2);
  const share = (side: Side, what: 'busy' | 'rest') => {
    const { median } = spread(of(side, what));
    return Number.isNaN(median) ? '-' : `${(median * 100).toFixed(0)} %`;
  };
  const cells = [
    subject.name,
    `${rate}/s`,
    milliseconds('off', 'p50'),
    milliseconds('on', 'p50'),
    milliseconds('off', 'p99'),
    milliseconds('on', 'p99'),
    spreadText(pairedSpread(of('on', 'p99'), of('off', 'p99'))),
    share('off', 'busy'),
    share('on', 'busy'),
    share('off', 'rest'),
    share('on', 'rest'),
    milliseconds('on', 'late'),
  ];
  return { rate, cells };
}

interface Load {
  readonly target: string;
  readonly connections: number;
  readonly rate: number;
  readonly seconds: number;
}

async function timed(
  { pinned: { othersCore } }: Setting,
  { url, program }: Running,
  { target, ...load }: Load,
): Promise<Taken> {
  const processes = members(program.child.pid!);
  const work = () => ({
    gateway: cpuSeconds(processes),
    rest: othersCore === null ? NaN : workedSeconds(othersCore),
  });
  const before = work();
  const began = performance.now();
  const latencies = await openRate({ ...load, url: `${url}/${target}` });
  const elapsed = (performance.now() - began) / 1000;
  const after = work();
  return {
    ...latencies,
    busy: (after.gateway - before.gateway) / elapsed,
    rest: (after.rest - before.rest) / elapsed,
  };
}

/**
 * The same load on the upstream itself, at the highest rate of any gateway: what the machine and the load generator
 * add to all of the above.
 */
async function direct({ stage, options }: Setting, rate: number): Promise<string[]> {
  const taken: Latencies[] = [];
  for (let round = 0; round < options.turns; round++)
    taken.push(await openRate({ ...options, rate, url: `${stage.origins.upstream.url}/small` }));
  const [p50, p99, late] = (['p50', 'p99', 'late'] as const).map((what) =>
    spread(taken.map((one) => one[what])).median.toFixed(2),
  );
  return ['no gateway', `${rate}/s`, p50!, '-', p99!, '-', '-', '-', '-', '-', '-', late!];
}

/** A share of the maximum rate of the slower side; both sides are warmed up. */
async function shareOfSaturation({ stage, options }: Setting, url: string): Promise<number> {
  const { connections, seconds, share } = options;
  const rates: number[] = [];
  for (const mode of Object.values(SIDES)) {
    const turn = { url, case: 'get', mode, connections, seconds } as const;
    await takeTurn(stage.origins, turn);
    rates.push((await takeTurn(stage.origins, turn)).requestsPerSecond);
    await settled(stage.origins);
  }
  return Math.max(1, Math.round(Math.min(...rates) * share));
}
