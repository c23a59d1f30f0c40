import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Pages that say what holds and where. */
const PAGES = ['SECURITY.md', 'docs/isolation.md', 'src/http1/README.md'] as const;

/** What a unit stands for, in the units of the source: bytes, milliseconds, shares. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  ms: 1,
  s: 1000,
  '%': 0.01,
};

/** `64 KiB: `NAME` in `file``, or the same in cells of their own. */
const FIGURE = /([\d.]+) ?(KiB|MiB|ms|s|%)?(?: *\| *|: )`([A-Z_]+)` in `(src\/[\w/.-]+)`/g;

/** The value of a constant that is written as a product of numbers. */
function constant(name: string, file: string): number | null {
  const text = new RegExp(`^(?:export )?const ${name}(?:: number)? = ([\\d_.* ]+);$`, 'm').exec(
    read(file),
  )?.[1];
  if (text === undefined) return null;
  return text
    .split('*')
    .reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1);
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('names files that are there', () => {
    const named = Array.from(
      text.matchAll(/`((?:src|test|bench|docs)\/[\w/.-]+)`/g),
      ([, path]) => path!,
    );
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('has the figures of the source', () => {
    const figures = Array.from(text.matchAll(FIGURE), ([, figure, unit = '', name, file]) => ({
      what: `${name} in ${file}`,
      said: Number(figure) * UNITS[unit]!,
      is: constant(name!, file!),
    }));
    expect(figures.length).toBeGreaterThan(5);
    // All that look like one are one.
    expect(figures.length).toBe(text.match(/`[A-Z_]+` in `src\//g)!.length);
    expect(figures.filter(({ said, is }) => said !== is)).toEqual([]);
  });
});

describe.each([
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  'examples/README.md',
  'src/http1/README.md',
  'src/http2/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
])('%s', (page) => {
  it('leads to pages and headings that are there', () => {
    const links = read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g);
    const broken = Array.from(links).filter(([, path, heading]) => {
      const file = path === '' ? page : join(page, '..', path!);
      if (!existsSync(join(root, file))) return true;
      return heading !== undefined && !anchorsOf(read(file)).includes(heading);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

/** The anchors that GitHub makes of headings. */
function anchorsOf(text: string): string[] {
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

it('the README is for five minutes', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(151);
});

it('each advisory that is said to have a test of its own has it', () => {
  const tests = read('test/suite/strictness/advisories.ts');
  const rows = read('SECURITY.md')
    .split('\n')
    .filter((row) => row.includes('advisories.ts`'));
  const ids = rows.flatMap((row) => row.match(/CVE-\d{4}-\d+/g) ?? []);
  // What is tested elsewhere as well stands in the same row.
  const elsewhere = new Set(['CVE-2021-22960', 'CVE-2025-64763', 'CVE-2023-39326']);
  expect(ids.length).toBeGreaterThan(20);
  expect(ids.filter((id) => !tests.includes(id) && !elsewhere.has(id))).toEqual([]);
});
