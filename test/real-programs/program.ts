import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';

/** The programs that these tests run, by the Debian package that contains them. */
const PACKAGES = {
  chromium: 'chromium',
  curl: 'curl',
  git: 'git',
  nginx: 'nginx-light',
  promtool: 'prometheus',
  'systemd-analyze': 'systemd',
} as const;

export type ProgramName = keyof typeof PACKAGES;

/** Servers are often not in the PATH of a user. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];

/** Path of a program. Call it only for programs that `needing` has found. */
export function program(name: ProgramName): string {
  const path = find(name);
  if (path === null) throw new Error(lack(name));
  return path;
}

/**
 * Declares tests that need programs. A missing program becomes a skipped test that names it; with `CI` set it fails,
 * unless `MISSING_PROGRAMS=skip`.
 */
export function needing(names: readonly ProgramName[], title: string, tests: () => void): void {
  const missing = names.filter((name) => find(name) === null);
  if (missing.length === 0) return void describe(title, tests);
  const fails = process.env['CI'] && process.env['MISSING_PROGRAMS'] !== 'skip';
  describe(title, () => {
    for (const name of missing) {
      if (fails) it(lack(name), () => Promise.reject(new Error(ADVICE)));
      // Who cannot install the program sees by name what was not tried; CI skips it only if told to.
      else it.skip(lack(name), () => {});
    }
  });
}

const ADVICE = 'install it, or say MISSING_PROGRAMS=skip where that cannot be done';

function lack(name: ProgramName): string {
  return `needs ${name}, which is not installed (on Debian: apt-get install ${PACKAGES[name]})`;
}

function find(name: ProgramName): string | null {
  return FOLDERS.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
