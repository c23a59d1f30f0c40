import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isInstalled } from '../bench/machine/programs.ts';
import { ROOT } from './runtimes/paths.ts';
import { run } from './support/process.ts';

const READY = process.platform === 'linux' && isInstalled('nginx') && isInstalled('wrk');

/** Whether the goals are met means nothing here: one second, on a machine that runs tests. */
it.skipIf(!READY)(
  'compares the gateway with nginx, and draws it',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
    const file = join(folder, 'chart.svg');
    const short = ['--cases', 'get', '--modes', 'mirrored', '--turns', '1', '--seconds', '1'];
    const what = ['node', '--parts', 'rates', '--against', 'nginx', '--chart', file];
    const program = run(process.execPath, ['bench/run.mjs', 'throughput', ...what, ...short], {
      cwd: ROOT,
    });
    await program.exited;
    const text = program.stdout();
    expect(text, program.stderr()).toMatch(
      /^node +\d+ +\d+ +\d+ +[\d.]+ \(.*\) +(?:0\.9\d\d|1\.)/m,
    );
    expect(text).toMatch(/^nginx +\d+ +\d+ +\d+ +1\.00 \(1\.00 - 1\.00\) /m);
    expect(text).toMatch(/^node: GET mirrored \/ nginx mirror +>= 1 .* (?:ok|FAIL)$/m);
    expect(await readFile(file, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
    await rm(folder, { recursive: true });
  },
  120_000,
);
