import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { execForm, stages } from './docker/dockerfile.ts';
import { finished, removeTemporary, temporary } from './package/project.ts';
import { ROOT } from './runtimes/paths.ts';
import { freePort } from './support/ports.ts';
import { type Program, run } from './support/process.ts';
import { until } from './support/until.ts';

// There may be no Docker here: its file is read, and its commands run without it.

const all = stages();
const [build, image] = [all[0]!, all.at(-1)!];

const textsOf = (name: string, stage = image) =>
  stage.filter((one) => one.name === name).map(({ text }) => text);
const only = (name: string) => {
  const found = image.filter((one) => one.name === name);
  expect(found, name).toHaveLength(1);
  return found[0]!;
};

afterAll(removeTemporary);

describe('the Dockerfile', () => {
  it('has no fault that its linter knows', async () => {
    const linter = join(ROOT, 'test/package/tools/node_modules/.bin/dockerfile-utils');
    expect(await finished(linter, ['lint', join(ROOT, 'Dockerfile')])).toBe('');
  });

  it('builds and runs on one version of Node, which package.json allows', () => {
    expect(all).toHaveLength(2);
    const [[from], [other]] = [textsOf('FROM', build), textsOf('FROM')];
    expect(from).toBe(`${other} AS build`);
    const [, major, minor] = /^node:(\d+)\.(\d+)\.\d+-slim$/.exec(other!)!;
    expect([Number(major), Number(minor) >= 18]).toEqual([20, true]);
  });

  it('runs as a user who can write to the volume alone', () => {
    expect(only('USER').text).toBe('node');
    const after = image
      .slice(image.findIndex(({ name }) => name === 'USER'))
      .map(({ name }) => name);
    expect(after).toEqual(['USER', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK', 'ENTRYPOINT']);
    const volume = only('VOLUME').text;
    expect(textsOf('RUN')).toEqual([`mkdir ${volume} && chown node:node ${volume}`]);
    // Where routes.json is looked for by default.
    expect(only('WORKDIR').text).toBe(volume);
  });

  it('is told to stop by the signal that the program waits for', () => {
    expect(only('STOPSIGNAL').text).toBe('SIGTERM');
  });

  it('copies what is there, past .dockerignore', () => {
    const copied = all
      .flatMap((stage) => textsOf('COPY', stage))
      .filter((text) => !text.startsWith('--from'))
      .flatMap((text) => text.split(' ').slice(0, -1));
    const [, everything, ...passing] = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
      .trim()
      .split('\n');
    expect(everything).toBe('*');
    const names = [...new Set(copied)].toSorted();
    expect(passing.map((line) => line.slice(1)).toSorted()).toEqual(names);
    expect(names.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });
});

describe('its commands', () => {
  /** On the machine of the test the program is in the checkout. */
  const here = (command: readonly string[]) =>
    command.map((part) => part.replace(/^\/app\//, ROOT)) as [string, ...string[]];

  async function start(routes: string) {
    const folder = await temporary('docker');
    await writeFile(join(folder, 'routes.json'), routes);
    const env = { PORT: String(await freePort()), HOST: '127.0.0.1' };
    const [program, ...args] = here(execForm(only('ENTRYPOINT')));
    const started = run(program, args, { cwd: folder, env });
    onTestFinished(() => started.signal('SIGKILL'));
    return { started, env };
  }

  function health(env: Readonly<Record<string, string>>): Program {
    const [program, ...args] = execForm(only('HEALTHCHECK')) as [string, ...string[]];
    return run(program, args, { env });
  }

  it('start it, find it healthy, and end it by the signal to its process alone', async () => {
    const { started, env } = await start('{"routes":[]}');
    await until(async () => (await health(env).exited) === 0, 20_000, 'health');
    started.child.kill('SIGTERM');
    expect(await started.exited).toBe(0);
    expect(await health(env).exited).toBe(1);
  });
});
