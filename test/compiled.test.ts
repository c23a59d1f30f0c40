import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Report } from '../src/compare/report/report.ts';
import { ROOT, runtimeProgram } from './runtimes/paths.ts';
import { origin, type Origin } from './support/origin.ts';
import { line, run } from './support/process.ts';
import { until } from './support/until.ts';

// A program that Bun has compiled is one file: its threads are found as docs/running.md says, or done without.

let folder: string;
let upstream: Origin;
let mirror: Origin;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-compiled-'));
  upstream = await origin((_, response) => void response.end('old'));
  mirror = await origin((_, response) => void response.end('new'));
});
afterAll(async () => {
  await Promise.all([upstream.close(), mirror.close(), rm(folder, { recursive: true })]);
});

it.each([
  ['with the module of its thread', ['src/compare/pool/thread.ts'], false],
  ['without it', [], true],
] as const)('compares when compiled %s', async (name, more, isLogged) => {
  const program = join(folder, name.replaceAll(' ', '-'));
  const build = run(
    runtimeProgram('bun'),
    ['build', '--compile', 'src/cli/main.ts', ...more, '--outfile', program],
    {
      cwd: ROOT,
    },
  );
  expect(await build.exited).toBe(0);
  const args = ['--upstream', upstream.url, '--mirror', mirror.url, '--compare'];
  const gateway = run(program, ['--host', '127.0.0.1', '--port', '0', ...args]);
  const [, url] = await line(gateway, /listening on (http:\S*:\d+) as /);
  expect(await (await fetch(`${url}/a`)).text()).toBe('old');
  let report: Report | undefined;
  await until(async () => {
    report = (await (await fetch(`${url}/apisix/admin/report`)).json()) as Report;
    return (report.mirrors[0]?.pairs ?? 0) > 0;
  }, 10_000);
  expect(report!.mirrors[0]).toMatchObject({ pairs: 1, different: 1 });
  expect(gateway.stderr().includes('the main thread compares')).toBe(isLogged);
  gateway.signal('SIGTERM');
  expect(await gateway.exited).toBe(0);
});
