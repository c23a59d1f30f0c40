import { members, residentBytes } from '../../machine/group.ts';
import { spread } from '../../report/figures.ts';
import { faultRow, MissingError } from '../../report/series.ts';
import { table } from '../../report/table.ts';
import { spreadText } from '../../report/text.ts';
import type { Subject } from '../../subjects/subject.ts';
import { settled, takeTurn } from '../rates/turn.ts';
import { type Setting, say } from '../setting.ts';

const MIB = 1024 * 1024;

const HEADINGS = ['', 'start ms (min - max)', 'MiB idle', 'MiB after load'] as const;

interface Footprint {
  readonly startUp: number;
  readonly idle: number;
  readonly loaded: number;
}

/** Time from the start to the first response, and resident memory, each turn in a new process. */
export async function footprint(setting: Setting): Promise<void> {
  const rows: string[][] = [];
  for (const subject of setting.subjects) {
    say(`footprint: ${subject.name}`);
    try {
      rows.push(row(subject, await measure(setting, subject)));
    } catch (error) {
      const fault = (error as Error).message.split('\n')[0]!;
      rows.push(faultRow(subject.name, { fault, missing: error instanceof MissingError }));
    }
    await setting.stage.leave(subject);
  }
  console.log('\nStart-up until the first 200, and resident memory (of the largest process)');
  console.log(table([HEADINGS, ...rows]));
}

async function measure({ stage, options }: Setting, subject: Subject): Promise<Footprint[]> {
  const { connections, seconds } = options;
  const taken: Footprint[] = [];
  for (let turn = 0; turn < options.turns; turn++) {
    await stage.leave(subject);
    const { url, program, startUp } = await stage.enter(subject);
    // Launchers such as `bun start` stay beside the program that they start.
    const resident = () =>
      Math.max(...members(program.child.pid!).map((member) => residentBytes([member])));
    const idle = resident();
    await takeTurn(stage.origins, { url, case: 'get', mode: 'mirrored', connections, seconds });
    await settled(stage.origins);
    taken.push({ startUp, idle, loaded: resident() });
  }
  return taken;
}

function row({ name }: Subject, taken: readonly Footprint[]): string[] {
  const mebibytes = (what: 'idle' | 'loaded') =>
    (spread(taken.map((one) => one[what])).median / MIB).toFixed(0);
  return [
    name,
    spreadText(spread(taken.map(({ startUp }) => startUp)), 0),
    mebibytes('idle'),
    mebibytes('loaded'),
  ];
}
