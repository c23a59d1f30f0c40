import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';

/**
 * What tells one state of a file from another without reading it. Inode and device catch a rename
 * over it and the symlink swap of a mounted ConfigMap; size and times catch writes in place.
 * `missing` and `unreadable:CODE` are states too.
 */
export type Stamp = string;

export const missing: Stamp = 'missing';

export function stampOf(stats: BigIntStats): Stamp {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':');
}

/** The stamp of whatever `path` leads to now. Never rejects. */
export async function stampAt(path: string): Promise<Stamp> {
  try {
    return stampOf(await stat(path, { bigint: true }));
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' ? missing : `unreadable:${code}`;
  }
}

/** `ENOENT`, `EACCES`, ...; Deno's permission errors have a name instead of a code. */
export function errorCode(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
