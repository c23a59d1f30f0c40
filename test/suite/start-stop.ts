import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { commandLines } from '../support/command-lines.ts';
import { badSettings } from './start-stop/bad-settings.ts';
import { commandLine } from './start-stop/command-line.ts';
import { launchers } from './start-stop/launchers.ts';
import { logFormat } from './start-stop/log-format.ts';
import { routesAtStart } from './start-stop/routes-at-start.ts';
import { start } from './start-stop/start.ts';
import { stop } from './start-stop/stop.ts';
import { twoUrls } from './start-stop/two-urls.ts';

/** The gateway as a process: settings, output, signals, exit status. */
export function startStop(runtime: TestServerRuntime): void {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-start-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = commandLines(runtime, () => folder);
  describe('bad settings', () => badSettings(runtime, () => folder, run));
  describe('commands', () => commandLine(runtime, () => folder, run));
  describe('routes at the start', () => routesAtStart(runtime, () => folder));
  describe('LOG_FORMAT', () => logFormat(runtime, () => folder));
  describe('start', () => start(runtime, () => folder));
  describe('stop', () => stop(runtime));
  describe('two URLs', () => twoUrls(runtime, () => folder));
  describe('as users start it', () => launchers(runtime, () => folder));
}
