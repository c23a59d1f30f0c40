import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of a file that users start from. */
export function deployed(name: string): string {
  return fileURLToPath(new URL(`../../docs/deploying/${name}`, import.meta.url));
}

/** The assignments of a file of settings or of a unit of systemd: `NAME=value` on a line. */
export function assignments(name: string): ReadonlyMap<string, string> {
  const lines = readFileSync(deployed(name), 'utf8').matchAll(/^(\w+)=(.*)$/gm);
  return new Map(Array.from(lines, ([, key, value]) => [key!, value!]));
}
