import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';

/** Programs that these tests use as they are, by the Debian package that has them. */
const PACKAGES = {
  chromium: 'chromium',
  curl: 'curl',
  git: 'git',
  nginx: 'nginx-light',
  promtool: 'prometheus',
} as const;

export type ProgramName = keyof typeof PACKAGES;

/** Servers are often not in the PATH of a user. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];

/** Path of a program. Only what `needing` has found is there to be asked for. */
export function program(name: ProgramName): string {
  const path = find(name);
  if (path === null) throw new Error(lack(name));
  return path;
}

/**
 * Tests that need programs. What is missing is a skipped test that says so, and in continuous
 * integration one that fails, unless that knows (`MISSING_PROGRAMS=skip`) that it cannot have them.
 */
export function needing(names: readonly ProgramName[], title: string, tests: () => void): void {
  const missing = names.filter((name) => find(name) === null);
  if (missing.length === 0) return void describe(title, tests);
  const fails = process.env['CI'] && process.env['MISSING_PROGRAMS'] !== 'skip';
  describe(title, () => {
    for (const name of missing) {
      if (fails) it(lack(name), () => Promise.reject(new Error(ADVICE)));
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
