import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundle } from '../../../test/runtimes/workers.ts';
import { run } from '../../../test/support/process.ts';
import { pairedSpread, spread } from '../../report/figures.ts';
import { table } from '../../report/table.ts';
import { spreadText } from '../../report/text.ts';
import { type Setting, say } from '../setting.ts';
import { measureCpu } from './cpu.ts';
import { BUNDLE, cpuOf, startUpOf } from './names.ts';
import { bundleOf, optionsOf } from './scripts.ts';

const KIB = 1024;
const START_UP = fileURLToPath(new URL('start-up.mjs', import.meta.url));
const START_MS = 60_000;

/** Measures the gateway as a Worker: its size, its start-up time, and the processor time of a request. */
export async function workers(setting: Setting): Promise<void> {
  if (!setting.options.runtimes.includes('workers')) return;
  const { figures } = setting;
  say('workers: bundle');
  const script = await bundle();
  figures.add(BUNDLE, gzipSync(await readFile(script)).byteLength / KIB);
  console.log(`\nWorkers: bundle of ${figures.get(BUNDLE)!.values[0]!.toFixed(1)} KiB, compressed`);
  await measureStartUp(setting, script);
  say('workers: processor time');
  await measureCpu(setting);
  const compared: readonly (readonly [what: string, ours: string, other: string])[] = [
    ['ms until the first response / bare Hono', startUpOf('ours'), startUpOf('bare')],
    ['CPU us of a mirrored GET / by hand', cpuOf('get', 'ours'), cpuOf('get', 'by hand')],
    ['CPU us of a mirrored POST / by hand', cpuOf('post', 'ours'), cpuOf('post', 'by hand')],
  ];
  const rows = compared.map(([what, ...names]) => {
    const [ours, other] = names.map((name) => figures.get(name)!.values);
    const medians = [ours, other].map((values) => spread(values!).median.toFixed(0));
    return [what, ...medians, spreadText(pairedSpread(ours!, other!))];
  });
  console.log(table([['', 'ours', 'other', 'ours / other (min - max)'], ...rows]));
}

async function measureStartUp({ options, figures }: Setting, script: string): Promise<void> {
  const compared = { ours: script, bare: await bundleOf('bare.mjs') };
  for (let round = 1; round <= options.turns; round++) {
    say(`workers: start-up ${round} of ${options.turns}`);
    for (const name of ['ours', 'bare'] as const)
      figures.add(startUpOf(name), await startUp(compared[name]));
  }
}

async function startUp(script: string): Promise<number> {
  const env = { WORKER: JSON.stringify(optionsOf(script, {})) };
  const program = run(process.execPath, [START_UP], { env });
  const kill = setTimeout(() => program.signal('SIGKILL'), START_MS);
  const status = await program.exited.finally(() => clearTimeout(kill));
  const [, milliseconds] = /^first response (.*)$/m.exec(program.stdout()) ?? [];
  if (status === 0 && milliseconds !== undefined) return Number(milliseconds);
  throw new Error(`a Worker did not start: ${program.stdout()}${program.stderr()}`);
}
