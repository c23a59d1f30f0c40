import { writeFile } from 'node:fs/promises';
import { requireLinux } from '../machine/group.ts';
import { pinning } from '../machine/pin.ts';
import { isInstalled } from '../machine/programs.ts';
import { startOrigins } from '../origins/origins.ts';
import { newFigures } from '../report/series.ts';
import { table } from '../report/table.ts';
import { COMPETITORS } from '../subjects/competitors.ts';
import { NGINX, NGINX_IN_MEMORY } from '../subjects/nginx.ts';
import { OURS } from '../subjects/ours.ts';
import { newStage } from '../subjects/stage.ts';
import type { Subject } from '../subjects/subject.ts';
import { chart } from './chart.ts';
import { GOALS } from './goals.ts';
import { type Options, readOptions } from './options.ts';
import { PARTS } from './parts.ts';
import { invalidRates } from './rates/report.ts';
import { rateBars } from './rates/bars.ts';
import { type Setting, say } from './setting.ts';
import { HEADINGS, verdictOn } from './verdict.ts';

/**
 * Measures how fast the gateway is compared with what users would run instead, and with the bare server and client of
 * each runtime.
 * @returns whether every measured goal was met
 */
export async function main(args: readonly string[]): Promise<boolean> {
  requireLinux();
  const options = readOptions(args);
  const needed = ['nginx', 'wrk'].filter((program) => !isInstalled(program));
  if (needed.length > 0) throw new Error(`install ${needed.join(' and ')} first`);
  const subjects = subjectsOf(options);
  const pinned = pinning();
  const origins = await startOrigins();
  const setting = {
    options,
    subjects,
    pinned,
    stage: newStage(origins, pinned),
    figures: newFigures(),
  };
  console.log(
    `${options.turns} rounds of turns of ${options.seconds} s, ${options.connections} connections by`,
    `wrk; upstream and mirror: ${origins.upstream.name}; ${pinned.description}. Ratios are the median`,
    'of those of each round, with the least and the most.',
  );
  let failed = false;
  for (const name of options.parts) {
    // A part that fails must not discard the results of the others.
    await PARTS[name](setting).catch((error: Error) => {
      failed = true;
      console.log(`\n${name} broke off: ${error.message}`);
    });
  }
  await setting.stage.empty();
  await origins.stop();
  if (options.chart !== null) await writeChart(setting, options.chart);
  return judge(setting) && !failed;
}

/** The subjects of the requested runtimes; nginx runs on none of them. */
function subjectsOf({ runtimes, against }: Options): Subject[] {
  const all = [...OURS, NGINX, NGINX_IN_MEMORY, ...COMPETITORS];
  const unknown = against?.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new Error(`unknown "${unknown}": expected of ${all.map(({ name }) => name).join(', ')}`);
  return all
    .filter(({ runtime }) => runtime === null || runtimes.includes(runtime))
    .filter(({ kind, name }) => kind === 'ours' || against === null || against.includes(name));
}

function judge(setting: Setting): boolean {
  const { figures } = setting;
  const verdicts = GOALS.map((goal) => verdictOn(goal, figures)).filter((one) => one !== null);
  console.log('\nGoals');
  console.log(table([HEADINGS, ...verdicts.map(({ cells }) => cells)]));
  return verdicts.every(({ passed }) => passed) && invalidRates(setting).length === 0;
}

async function writeChart(setting: Setting, file: string): Promise<void> {
  const groups = rateBars(setting);
  if (groups.length === 0) {
    say(`no chart: it needs the cases get or post, mirrored, with nginx`);
    return;
  }
  await writeFile(file, chart(groups, 'Requests per second on one core, nginx with mirror = 1'));
  say(`chart written to ${file}`);
}
