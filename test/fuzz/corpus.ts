import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Input } from './part.ts';

const folder = fileURLToPath(new URL('corpus', import.meta.url));

/** An input that once failed, from a file. */
export interface Kept {
  readonly part: string;
  readonly name: string;
  readonly input: Input;
}

/** All stored inputs of a part. */
export function corpusOf(part: string): readonly Kept[] {
  const files = join(folder, part);
  if (!existsSync(files)) return [];
  return readdirSync(files)
    .toSorted()
    .map((file) => readKept(join(files, file)));
}

/** The name of the folder is the name of the part. */
export function readKept(path: string): Kept {
  const { pieces, facts } = JSON.parse(readFileSync(path, 'utf8')) as Input;
  const input: Input = { pieces, ...(facts && { facts }) };
  return { part: basename(dirname(path)), name: basename(path, '.json'), input };
}

/** Stores a finding. Rename its file once its cause is known; `what` is for the reader. */
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
