import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';

/**
 * Identifies a state of a file without reading it. Device and inode change when another file is renamed over it or
 * when Kubernetes switches the symlink of a mounted ConfigMap; size and times change with writes in place. Other
 * values are `missing` and `unreadable:CODE`.
 */
export type Stamp = string;

export const MISSING: Stamp = 'missing';

export function stampOf(stats: BigIntStats): Stamp {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':');
}

/** The current stamp of the file that `path` leads to. Never rejects. */
export async function stampAt(path: string): Promise<Stamp> {
  try {
    return stampOf(await stat(path, { bigint: true }));
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' ? MISSING : `unreadable:${code}`;
  }
}

/** `ENOENT`, `EACCES` and so on. Deno's permission errors have no code; their name is returned. */
export function errorCode(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
