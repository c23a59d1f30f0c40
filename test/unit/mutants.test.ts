import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import equivalent from '../mutants/equivalent.json' with { type: 'json' };
import { filesOf } from '../mutants/files.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('what is run under the mutation tester is there', () => {
  const missing = filesOf().filter(({ files }) => files.length === 0);
  expect(missing.map(({ glob }) => glob)).toEqual([]);
});

it('what is said of mutants is said of lines of these files', () => {
  const all = new Set(filesOf().flatMap(({ files }) => files));
  const astray = equivalent.filter(({ file, line }) => {
    if (!all.has(file)) return true;
    const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
    return !lines.some((each) => each.trim() === line);
  });
  expect(astray).toEqual([]);
});
