import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { TestServerRuntime } from '../../runtimes/runtime.ts';
import { logged } from '../../support/log.ts';
import { origin, route } from '../../support/origin.ts';
import { until } from '../../support/until.ts';
import { linesOf } from './bad-settings.ts';

const LIMIT_MS = 20_000;

/** Routes that a start was told of have to be there, and a running gateway keeps those that it has. */
export function routesAtStart(runtime: TestServerRuntime, folder: () => string): void {
  const fileIn = (name: string) => join(folder(), name);

  it.each(['--routes', 'ROUTES'])('does not start when the file of %s is missing', async (how) => {
    const file = fileIn('no-such.json');
    const given = how === 'ROUTES' ? { env: { ROUTES: file } } : { args: [how, file] };
    const program = runtime.launch(folder(), given);
    expect(await program.exited).toBe(2);
    expect(linesOf(program.stderr())).toEqual([
      `proxy-mirror: ${file}: expected a routes document, found no such file; ` +
        'name one that is there, or begin with {"routes": []}',
    ]);
    expect(program.stdout()).not.toContain('listening');
  });

  it('does not start with a broken file, and says each fault once, with the whole path', async () => {
    const file = fileIn('broken.json');
    const plugins = { 'proxy-mirror': { host: 'http://a', sample_ratio: 10 } };
    const routes = [
      { id: '7', uri: '/a', plugins },
      { uri: '/b', plugins: { nope: {} } },
    ];
    await writeFile(file, JSON.stringify({ routes }));
    const program = runtime.launch(folder(), { args: ['--routes', file] });
    expect(await program.exited).toBe(2);
    expect(linesOf(program.stderr())).toEqual([
      `proxy-mirror: ${file}: routes[0] (id "7"): plugins.proxy-mirror.sample_ratio: expected 10 to be at most 1`,
      `proxy-mirror: ${file}: routes[1]: plugins.nope: unknown plugin [nope]`,
    ]);
    expect(program.stdout()).not.toContain('listening');
  });

  it('does not start with a broken file that nobody named', async () => {
    const file = fileIn('routes.json');
    await writeFile(file, '{"routes":');
    onTestFinished(() => rm(file));
    const program = runtime.launch(folder(), { cwd: folder(), env: { PORT: '0' } });
    expect(await program.exited).toBe(2);
    expect(linesOf(program.stderr())).toEqual([
      expect.stringMatching(/^proxy-mirror: \/.*\/routes\.json: invalid JSON at line 1, column 11/),
    ]);
  });

  it('takes SIGHUP for a wish to read the routes again, and lives on', async () => {
    const upstream = await origin();
    onTestFinished(() => upstream.close());
    const at = (uri: string) => ({ uri, ...route(upstream, null, { uri }) });
    const gateway = await runtime.start({ routes: [at('/old')] });
    onTestFinished(() => gateway.program.signal('SIGKILL'));
    const said = (what: string) =>
      logged(gateway.program).filter(({ message }) => message.startsWith(what)).length;
    /** Waits for what is said of the result. At least one signal: `bun start` passes on what the whole group gets. */
    async function hangUp(result: string): Promise<void> {
      const before = [said('SIGHUP'), said(result)] as const;
      gateway.program.signal('SIGHUP');
      await until(() => said('SIGHUP') > before[0], LIMIT_MS, 'the line of SIGHUP');
      await until(() => said(result) > before[1], LIMIT_MS, result);
    }
    await hangUp('1 route in force, unchanged');
    expect((await fetch(`${gateway.url}/old`)).status).toBe(200);
    /** At once: between a file and its text a gateway may find it empty. */
    async function replace(text: string): Promise<void> {
      await writeFile(`${gateway.file!}.new`, text);
      await rename(`${gateway.file!}.new`, gateway.file!);
    }
    await replace(JSON.stringify({ routes: [at('/new')] }));
    await hangUp('1 route in force');
    await until(async () => (await fetch(`${gateway.url}/new`)).status === 200, LIMIT_MS, '/new');
    // What is broken never replaces what is not.
    await replace('{"routes":');
    const errors = () => logged(gateway.program).filter(({ level }) => level === 'ERROR');
    // The second time nothing has changed, and who asks is told all the same.
    await hangUp('the routes were not read, those in force stay');
    await hangUp('the routes were not read, those in force stay');
    expect((await fetch(`${gateway.url}/new`)).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
    expect(errors().length).toBeGreaterThanOrEqual(2);
    for (const { properties } of errors())
      expect(properties).toEqual({
        place: gateway.file,
        faults: [expect.stringMatching(/^invalid JSON at line 1, column 11/)],
      });
  });
}
