import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { origin, type Origin } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import { command } from './command.ts';
import { packages, type Packed, registry } from './npm/registry.ts';
import { copiesOf, expectOutcomes, type Passage, passage, expectSame } from './passage.ts';

/** npm fetches nothing else, and nothing twice. */
const ALONE = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--fetch-retries=0',
];

/** npm installs through the gateway, and verifies the packages by the digests of the metadata. */
export function npm(stage: Stage): void {
  let folder: string;
  let upstream: Origin;
  let packed: readonly Packed[];
  let way: Passage;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-npm-'));
    packed = await packages();
    upstream = await origin((request, response) =>
      registry(packed, () => way.url)(request, response),
    );
    way = await passage(stage, 'npm', upstream);
  });
  afterEach(async () => {
    await upstream.close();
    await rm(folder, { recursive: true });
  });

  /** @param cache a fresh folder */
  async function run(project: string, cache: string, ...args: string[]): Promise<void> {
    const settings = {
      registry: `${way.url}/`,
      cache: join(folder, cache),
      // These files do not exist: a developer's npm settings are ignored.
      userconfig: join(folder, 'user-npmrc'),
      globalconfig: join(folder, 'global-npmrc'),
    };
    const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    await command('npm', [...args, ...flags, ...ALONE], { cwd: project });
  }

  it('installs a package and its dependency, and again from the lockfile', async () => {
    const project = join(folder, 'project');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{"private":true}');
    await run(project, 'cache', 'install', 'greeting');
    const locked = await lockedIn(project);
    expect(locked).toEqual(packed.map(({ name, integrity }) => [name, integrity]).toSorted());

    await rm(join(project, 'node_modules'), { recursive: true });
    await run(project, 'another-cache', 'ci');
    const installed = await readFile(join(project, 'node_modules/@fixture/words/index.js'), 'utf8');
    expect(installed).toBe("module.exports = 'this is @fixture/words';\n");

    expect(upstream.seen.filter(({ url }) => url.endsWith('.tgz'))).toHaveLength(4);
    await expectOutcomes(stage, way, { 'sent 2xx': upstream.seen.length });
    expectSame(copiesOf(stage, way), upstream.seen);
  });
}

/** The integrity of each package in a lockfile. */
async function lockedIn(project: string): Promise<(readonly [name: string, integrity: string])[]> {
  const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { integrity: string }>>;
  };
  return Object.entries(lock.packages)
    .filter(([path]) => path !== '')
    .map(([path, { integrity }]) => [path.replace('node_modules/', ''), integrity] as const)
    .toSorted();
}
