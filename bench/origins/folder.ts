import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const REMOVE = { recursive: true, force: true } as const;

const folders = new Set<string>();
process.once('exit', () => folders.forEach((folder) => rmSync(folder, REMOVE)));

/**
 * A new folder that workers of nginx can read, which have another user where this one is root. It is
 * gone at the end, at the latest.
 */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  folders.add(folder);
  await chmod(folder, 0o755);
  return folder;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, REMOVE);
  folders.delete(folder);
}
