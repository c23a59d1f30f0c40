import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { VERSION } from '../../../src/version.ts';
import type { LaunchOptions, TestServerRuntime } from '../../runtimes/runtime.ts';
import type { Ran, RunCommandLine } from '../../support/command-lines.ts';
import { linesOf, resultOf } from './bad-settings.ts';

const upstream = { nodes: { '127.0.0.1:1999': 1 } };

const BROKEN = JSON.stringify({
  routes: [
    { id: '1', uri: '/a', upstream },
    { id: '7', uri: '/b', plugins: { 'proxy-mirror': { host: 'ftp://a' }, nope: {} } },
    { uri: '/c', upstream, priority: 'high' },
  ],
});

/** Commands that print something and end. */
export function commandLine(
  runtime: TestServerRuntime,
  folder: () => string,
  run: RunCommandLine,
): void {
  const withLines = ({ status, stdout, stderr }: Ran) => {
    return { status, stdout, errors: linesOf(stderr) };
  };
  const ran = async (args: readonly string[], env = {}) => withLines(await run(args, env));
  /** In a process of its own. */
  const started = async (args: readonly string[], options: LaunchOptions = {}) =>
    withLines(await resultOf(runtime.launch(folder(), { args, ...options })));

  it.each([['--version'], ['-v'], ['serve', '-v'], ['check', '--version']])(
    '%s %s prints the version',
    async (...args) => {
      const { status, stdout, errors } = await ran(args.filter((arg) => arg !== undefined));
      expect([status, stdout.trim(), errors]).toEqual([0, `proxy-mirror ${VERSION}`, []]);
    },
  );

  it.each([['--help'], ['-h'], ['help']])('%s names all commands', async (arg) => {
    const { status, stdout, errors } = await ran([arg]);
    expect([status, errors]).toEqual([0, []]);
    for (const { name, summary } of COMMANDS) {
      expect(stdout).toMatch(new RegExp(`^  ${name}.*  ${summary}$`, 'm'));
    }
  });

  it.each(COMMANDS.map((command) => [command] as const))(
    '$name has help of its own, whatever else is wrong',
    async ({ name, options }) => {
      const asked = [
        [name, '--help'],
        [name, '--no-such-flag', 'a', 'b', 'c', '-h'],
        ['help', name],
      ];
      for (const args of asked) {
        const { status, stdout, errors } = await ran(args);
        expect([status, errors]).toEqual([0, []]);
        expect(stdout).toContain(`Usage: proxy-mirror ${name}`);
        for (const { flag } of options) expect(stdout).toContain(` --${flag} `);
        expect(stdout).not.toContain('listening');
      }
    },
  );

  it.each([
    [['chekc'], 'unknown command "chekc": did you mean check? proxy-mirror help lists all'],
    [['version'], 'unknown command "version": did you mean --version? proxy-mirror help lists all'],
    [['help', 'demon'], 'unknown command "demon": did you mean demo? proxy-mirror help lists all'],
    [['explain', '--jsn', '/'], 'unknown flag "--jsn": did you mean --json? proxy-mirror help exp'],
    [['demo', '--prot', '0'], 'unknown flag "--prot": did you mean --port? proxy-mirror help demo'],
    [['demo', '--port', 'x'], '--port: expected a whole number from 0 to 65535, found "x"'],
    [['--', 'chekc'], 'unknown command "chekc": did you mean check? proxy-mirror help lists all'],
    [['check', 'a', 'b'], 'check: expected [FILE], found "a" "b"'],
  ])('%j is answered with status 2', async (args, says) => {
    const { status, stdout, errors } = await ran(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(errors).toEqual([expect.stringContaining(`proxy-mirror: ${says}`)]);
  });

  it('check prints each fault once, with the whole path', async () => {
    const file = join(folder(), 'check-broken.json');
    await writeFile(file, BROKEN);
    const { status, stdout, errors } = await started(['check', file]);
    expect([status, errors]).toEqual([1, []]);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^.* routes\[1\] \(id "7"\): plugins\.proxy-mirror\.host: failed to/),
      `${file}: routes[1] (id "7"): plugins.nope: unknown plugin [nope]`,
      `${file}: routes[2]: priority: wrong type: expected integer, got string`,
    ]);
    expect(stdout.trim().split('\n')[0]).toMatch(new RegExp(`^${file}: `));
  });

  it.each([
    { what: 'is missing', text: null, says: 'expected a routes document, found no such file' },
    { what: 'is no JSON', text: '{\n  "routes": [}\n', says: 'invalid JSON at line 2, column 14' },
  ])('check says of a file that it $what', async ({ text, says }) => {
    const file = join(folder(), `check-${text === null ? 'none' : 'text'}.json`);
    if (text !== null) await writeFile(file, text);
    const { status, stdout } = await ran(['check'], { ROUTES: file });
    expect([status, stdout.slice(0, file.length + 2 + says.length)]).toEqual([
      1,
      `${file}: ${says}`,
    ]);
    expect(stdout.trim()).not.toContain('\n');
  });

  it('check says of the default file that it may be missing, as serve finds', async () => {
    const cwd = join(folder(), 'nothing-here');
    await mkdir(cwd);
    const { status, stdout, errors } = await started(['check'], { cwd });
    expect([status, errors]).toEqual([0, []]);
    expect(stdout).toMatch(
      /\/nothing-here\/routes\.json: no such file; serve begins without routes, /,
    );
  });

  it('check says of a valid file what its mirrors would get, with status 0', async () => {
    const file = join(folder(), 'check-cautions.json');
    const mirror = { host: 'http://127.0.0.1:9797', compare: true };
    const plugins = { 'proxy-mirror': mirror };
    await writeFile(file, JSON.stringify({ routes: [{ uri: '/a', upstream, plugins }] }));
    const { status, stdout, errors } = await ran(['check', file]);
    expect([status, errors]).toEqual([0, []]);
    expect(stdout.trim().split('\n')).toEqual([
      `${file}: valid, 1 route`,
      expect.stringMatching(/: caution: writes are copied: .* \(route 1 -> http:\S+9797\)$/),
      expect.stringMatching(/: caution: credentials are copied, authorization, cookie: /),
      expect.stringMatching(
        /: compared: 100 % of the copies: status, fields, body \(by value where both are JSON, /,
      ),
    ]);
  });

  it('dashes that a launcher passes on are no word', async () => {
    const { status, stdout } = await started(['--', '--version']);
    expect([status, stdout.trim()]).toEqual([0, `proxy-mirror ${VERSION}`]);
  });

  it('check counts the routes of a valid file: that of ROUTES, or routes.json', async () => {
    const file = join(folder(), 'routes.json');
    await writeFile(file, JSON.stringify({ routes: [{ uri: '/a', upstream }] }));
    const cwd = folder();
    const valid = { status: 0, stdout: `${file}: valid, 1 route\n`, errors: [] };
    expect(await ran(['check'], { ROUTES: file })).toEqual(valid);
    const byDefault = await started(['check'], { cwd });
    expect(byDefault.status).toBe(0);
    expect(byDefault.stdout).toMatch(/\/routes\.json: valid, 1 route\n$/);
  });
}
