import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const text = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');

/** Fenced code blocks of the README in a language, in order. */
export function readmeBlocks(language: string): string[] {
  const fences = text.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return Array.from(fences)
    .filter(([, name]) => name === language)
    .map(([, , block]) => block!);
}
