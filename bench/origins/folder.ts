import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const REMOVE = { recursive: true, force: true } as const;

const folders = new Set<string>();
process.once('exit', () => folders.forEach((folder) => rmSync(folder, REMOVE)));

/**
 * A new folder that nginx workers can read, which run as another user if this process runs as root. It is removed at
 * the latest when this process exits.
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
