import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { git as run, soundHead } from './git/command.ts';
import { forgetRepository, placeRepositories } from './git/repository.ts';
import { type GitServer, gitServer } from './git/server.ts';
import { expectOutcomes, type Passage, passage } from './passage.ts';

/** Allows every push here: larger bodies are not copied. */
const PLUGIN = { max_body_size: 16 * 1024 * 1024 };

/** More than git sends in one piece (`http.postBuffer`). */
const PUSHED_BYTES = 4_000_000;

/** git works through the gateway, and a mirror that is also a git server gets all that is pushed. */
export function git(stage: Stage): void {
  let folder: string;
  let upstream: GitServer;
  let mirror: GitServer;
  let way: Passage;

  const at = (side: string) => join(folder, side, 'project.git');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-git-'));
    await placeRepositories(at('upstream'), at('mirror'));
    upstream = await gitServer(join(folder, 'upstream'));
    mirror = await gitServer(join(folder, 'mirror'));
    way = await passage(stage, 'git', upstream, { to: mirror, plugin: PLUGIN });
  });
  afterAll(forgetRepository);
  afterEach(async () => {
    await Promise.all([upstream.close(), mirror.close()]);
    await rm(folder, { recursive: true });
  });

  const clone = (...args: string[]) =>
    run(folder, 'clone', '-q', ...args, `${way.url}/project.git`, 'clone');

  async function expectCopied(): Promise<void> {
    await expectOutcomes(stage, way, { 'sent 2xx': upstream.seen.length });
    expect(mirror.seen.toSorted()).toEqual(upstream.seen.toSorted());
  }

  it('clones', async () => {
    await clone();
    const cloned = join(folder, 'clone');
    expect(await soundHead(cloned)).toBe(await soundHead(at('upstream')));
    const count = async (repository: string) =>
      (await run(repository, 'rev-list', '--all', '--objects')).stdout.split('\n').length;
    expect(await count(cloned)).toBe(await count(at('upstream')));
    await expectCopied();
  });

  it('clones the last commits, and fetches the rest later', async () => {
    await clone('--depth', '2');
    const cloned = join(folder, 'clone');
    const commits = async () => (await run(cloned, 'rev-list', '--count', 'main')).stdout.trim();
    expect(await commits()).toBe('2');
    await run(cloned, 'fetch', '-q', '--depth', '40');
    expect(await commits()).toBe('40');
    await run(cloned, 'fetch', '-q', '--unshallow');
    expect(await commits()).toBe('150');
    expect(upstream.seen.join()).toContain('/git-upload-pack gzip ');
    expect(await soundHead(cloned)).toBe(await soundHead(at('upstream')));
    await expectCopied();
  });

  it('pushes megabytes, to the mirror as well', async () => {
    await clone();
    const cloned = join(folder, 'clone');
    await writeFile(join(cloned, 'large.bin'), randomBytes(PUSHED_BYTES));
    await run(cloned, 'add', '.');
    await run(cloned, 'commit', '-q', '-m', 'A large file');
    await run(cloned, 'push', '-q');
    expect(upstream.chunked).toBe(1);
    const head = await soundHead(cloned);
    expect(await soundHead(at('upstream'))).toBe(head);
    await expectCopied();
    expect(await soundHead(at('mirror'))).toBe(head);
  });
}
