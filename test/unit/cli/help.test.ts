import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { commandHelp, generalHelp } from '../../../src/cli/help.ts';
import { urlsOf } from '../../../src/cli/listeners.ts';
import { SERVER_SETTINGS } from '../../../src/settings/table.ts';
import { VERSION } from '../../../src/version.ts';
import { src } from '../../support/imports.ts';

const root = join(src, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

it('the version is that of the package', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(VERSION).toBe(version);
});

it('each line of all help fits into a terminal of 120 columns', () => {
  const pages = [generalHelp(COMMANDS), ...COMMANDS.map(commandHelp)];
  expect(pages.flatMap((page) => page.split('\n')).filter((line) => line.length > 120)).toEqual([]);
});

it('each command can be loaded', async () => {
  const loaded = await Promise.all(COMMANDS.map(({ load }) => load()));
  expect(loaded.map((run) => typeof run)).toEqual(COMMANDS.map(() => 'function'));
});

describe('the settings', () => {
  const [, section] = /^## Settings$(.*)/ms.exec(read('docs/running.md'))!;
  const rows = section!
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it.each(SERVER_SETTINGS.map((setting) => [setting.variable ?? setting.flag!, setting] as const))(
    '%s: docs/running.md says the same',
    (name, { variable, flag, fallback }) => {
      const row = rows.find(([, first, second]) =>
        variable === undefined ? second!.includes(`--${flag}`) : first === `\`${variable}\``,
      );
      expect(row, name).toBeDefined();
      const [, , flags, shown] = row!;
      if (variable === undefined) return;
      expect(flags).toBe(flag === undefined ? '-' : `\`--${flag}\``);
      const short = shown!.replaceAll('`', '').replace(' MiB', 'M').replace('unset', '');
      expect(short).toBe(fallback ?? '');
    },
  );

  it('Deno is allowed to read all of their variables', () => {
    const { tasks } = JSON.parse(read('deno.json')) as { tasks: { start: string } };
    const [, allowed] = /--allow-env=(\S+)/.exec(tasks.start)!;
    const variables = SERVER_SETTINGS.flatMap(({ variable }) => variable ?? []);
    // Deno reads it itself where a process starts another one.
    expect(allowed!.split(',').toSorted()).toEqual([...variables, 'NODE_V8_COVERAGE'].toSorted());
  });
});

it.each([
  ['127.0.0.1', 'http://127.0.0.1:9080'],
  ['10.0.0.7', 'http://10.0.0.7:9080'],
  ['::1', 'http://[::1]:9080'],
  ['0.0.0.0', 'http://0.0.0.0:9080 (http://127.0.0.1:9080)'],
  ['::', 'http://[::]:9080 (http://[::1]:9080)'],
])('the line of a start on %s says where it listens', (hostname, expected) => {
  expect(urlsOf({ hostname, port: 9080 })).toBe(expected);
});
