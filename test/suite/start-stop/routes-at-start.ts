import { rm, writeFile } from 'node:fs/promises';
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
    expect(linesOf(program)).toEqual([
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
    expect(linesOf(program)).toEqual([
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
    expect(linesOf(program)).toEqual([
      expect.stringMatching(/^proxy-mirror: \/.*\/routes\.json: invalid JSON at line 1, column 11/),
    ]);
  });

  it('takes SIGHUP for a wish to read the routes again, and lives on', async () => {
    const upstream = await origin();
    onTestFinished(() => upstream.close());
    const at = (uri: string) => ({ uri, ...route(upstream, null, { uri }) });
    const gateway = await runtime.start({ routes: [at('/old')] });
    onTestFinished(() => gateway.program.signal('SIGKILL'));
    const readings = () =>
      logged(gateway.program).filter(({ message }) => message.startsWith('SIGHUP')).length;
    /** At least one: `bun start` passes on what the whole group gets. */
    async function hangUp(): Promise<void> {
      const before = readings();
      gateway.program.signal('SIGHUP');
      await until(() => readings() > before, LIMIT_MS, 'the line of SIGHUP');
    }
    await hangUp();
    expect((await fetch(`${gateway.url}/old`)).status).toBe(200);
    await writeFile(gateway.file!, JSON.stringify({ routes: [at('/new')] }));
    await hangUp();
    await until(async () => (await fetch(`${gateway.url}/new`)).status === 200, LIMIT_MS, '/new');
    // What is broken never replaces what is not.
    await writeFile(gateway.file!, '{"routes":');
    await hangUp();
    const errors = () => logged(gateway.program).filter(({ level }) => level === 'ERROR');
    await until(() => errors().length > 0, LIMIT_MS, 'the fault');
    await hangUp();
    expect((await fetch(`${gateway.url}/new`)).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
    expect(errors().map(({ properties }) => properties)).toEqual([
      {
        place: gateway.file,
        faults: [expect.stringMatching(/^invalid JSON at line 1, column 11/)],
      },
    ]);
  });
}
