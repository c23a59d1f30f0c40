import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { imports } from '../support/imports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

/** The first fenced block below a heading. */
function block(heading: string): string {
  const text = page.slice(page.indexOf(heading));
  return /^```\w*\n(.*?)^```$/ms.exec(text)![1]!;
}
const commands = block('# Contributing');
const walk = block('## The walk of a request');
/** All but the fenced blocks. */
const prose = page.replaceAll(/^```.*?^```$/gms, '');

/** Files and folders, which have a slash or an ending. A name that begins with a slash is a URL's path. */
const PATH = /(?<![\w./-])(?!\/)[\w.-]*(?:\/[\w./-]*|\.(?:ts|mjs|md|json))(?![\w./-])/g;

const pathsOf = (text: string) => text.match(PATH) ?? [];

/** From the root, or below src. */
const isThere = (path: string) =>
  ['', 'src'].some((folder) => existsSync(join(root, folder, path)));

describe('what CONTRIBUTING.md names', () => {
  it('is there, where it is a file or a folder', () => {
    const spans = Array.from(prose.matchAll(/`([^`\s]+)`/g), ([, name]) => name!);
    const comments = commands.split('\n').map((row) => row.replace(/^[^#]*/, ''));
    const named = [...spans, ...comments].flatMap(pathsOf);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });

  it('is a script of package.json, where it is one to run', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    // `npm run test:node # ...; also :deno` names `test:deno`, too.
    const named = page.split('\n').flatMap((row) => {
      const [, script] = /npm run ([\w:]+)/.exec(row) ?? [];
      if (script === undefined) return [];
      const [family] = script.split(':');
      const [, also = ''] = /; also (.*)$/.exec(row) ?? [];
      return [
        script,
        ...(also.match(/[\w]*:\w+/g) ?? []).map((one) => one.replace(/^\w*/, family!)),
      ];
    });
    expect(named).toContain('test:workers');
    expect(named).toContain('bench:stream');
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

/**
 * The walk is lines of paths with `>` between them, and a text. Of each `a > b`, a file that is `a` or lies in that
 * folder has to import one that is `b` or lies in it, types included. And the walk is one: each line but the first
 * has a path that a line above it has.
 */
describe('the walk of a request', () => {
  const lines = walk
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/)[0]!.split(' > '));
  const lies = (file: string, path: string) =>
    path.endsWith('/') ? file.startsWith(path) : file === path;
  const steps = lines.flatMap((paths) => paths.slice(1).map((to, i) => [paths[i]!, to] as const));

  it('has steps in each line', () => {
    expect(lines.filter((paths) => paths.length < 2)).toEqual([]);
    expect(steps.length).toBeGreaterThan(10);
  });

  it.each(steps)('%s imports %s', (from, to) => {
    const found = [...imports].filter(([file]) => lies(file, from)).flatMap(([, names]) => names);
    expect(found.some((file) => lies(file, to))).toBe(true);
  });

  it('goes on from where it has been', () => {
    const astray = lines.filter((paths, i) => {
      const before = new Set(lines.slice(0, i).flat());
      return i > 0 && !paths.some((path) => before.has(path));
    });
    expect(astray).toEqual([]);
  });
});
