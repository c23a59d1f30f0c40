import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git } from './command.ts';

const COMMITS = 150;

let made: Promise<string> | null = null;

/** Puts a copy of a bare repository with some hundred objects into each folder. */
export async function placeRepositories(...folders: readonly string[]): Promise<void> {
  const repository = await (made ??= make());
  await Promise.all(folders.map((folder) => cp(repository, folder, { recursive: true })));
}

/** Removes the original of these copies. */
export async function forgetRepository(): Promise<void> {
  if (made !== null) await rm(await made, { recursive: true });
  made = null;
}

async function make(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-repository-'));
  await git(folder, 'init', '-q', '--bare', '-b', 'main');
  const history = Array.from({ length: COMMITS }, (_, i) => commit(i)).join('');
  await writeFile(join(folder, 'history'), history);
  await git(folder, '-c', 'alias.load=!git fast-import --quiet <history', 'load');
  return folder;
}

/** A commit in the format of `git fast-import`. */
function commit(i: number): string {
  return [
    'commit refs/heads/main',
    `committer A U Thor <author@example.com> ${1_700_000_000 + i} +0000`,
    data(`commit ${i}\n`),
    `M 100644 inline folder-${i % 7}/file-${i}.txt`,
    data(`text ${i}\n`.repeat(1 + (i % 50))),
    '',
  ].join('\n');
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
