import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Fenced code blocks in a language, in order, of the README or of a page below docs/. */
export function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), 'utf8');
  const fences = text.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return Array.from(fences)
    .filter(([, name]) => name === language)
    .map(([, , block]) => block!);
}
