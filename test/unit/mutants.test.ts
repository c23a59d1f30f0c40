import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import equivalent from '../mutants/equivalent.json' with { type: 'json' };
import { FILES } from '../mutants/files.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of each glob the files it matches. Stars stand in the last part alone. */
const matched = Object.values(FILES)
  .flat()
  .map((glob) => {
    const { dir, base } = path.posix.parse(glob);
    const [before = '', after = ''] = base.split('*');
    const isIt = base.includes('*')
      ? (name: string) => name.startsWith(before) && name.endsWith(after)
      : (name: string) => name === base;
    const names = readdirSync(path.join(root, dir)).filter(isIt);
    return { glob, files: names.map((name) => `${dir}/${name}`) };
  });

it('what is run under the mutation tester is there', () => {
  expect(matched.filter(({ files }) => files.length === 0).map(({ glob }) => glob)).toEqual([]);
});

it('what is said of mutants is said of lines of these files', () => {
  const files = new Set(matched.flatMap(({ files: those }) => those));
  const astray = equivalent.filter(({ file, line }) => {
    if (!files.has(file)) return true;
    const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
    return !lines.some((each) => each.trim() === line);
  });
  expect(astray).toEqual([]);
});
