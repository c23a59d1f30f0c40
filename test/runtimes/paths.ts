import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A program from this folder's own package: Bun and Deno are not installed at the root. */
export function runtimeProgram(name: 'bun' | 'deno'): string {
  return fileURLToPath(new URL(`node_modules/.bin/${name}`, import.meta.url));
}
