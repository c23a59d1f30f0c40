import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Input } from './part.ts';

const folder = fileURLToPath(new URL('corpus', import.meta.url));

/** An input that was a finding once, in a file. */
export interface Kept {
  readonly part: string;
  readonly name: string;
  readonly input: Input;
}

/** All that was found of a part. */
export function corpusOf(part: string): readonly Kept[] {
  const files = join(folder, part);
  if (!existsSync(files)) return [];
  return readdirSync(files)
    .toSorted()
    .map((file) => readKept(join(files, file)));
}

/** The folder's name is that of the part. */
export function readKept(path: string): Kept {
  const { pieces, facts } = JSON.parse(readFileSync(path, 'utf8')) as Input;
  const input: Input = { pieces, ...(facts && { facts }) };
  return { part: basename(dirname(path)), name: basename(path, '.json'), input };
}

/** Keeps a finding. Its file can be renamed to what it turns out to be; `what` is for the reader. */
export function keep(part: string, what: string, input: Input): string {
  const name = what
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  const path = join(folder, part, `${name}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ what, ...input }, null, 2)}\n`);
  return path;
}
