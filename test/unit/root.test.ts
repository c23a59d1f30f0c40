import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What stands in the root, and why it stands there and not in a folder. */
const REASONS: Readonly<Record<string, string>> = {
  '.ci': 'what continuous integration runs',
  '.dockerignore': 'read by Docker here',
  '.gitignore': 'read by git here',
  '.oxfmtrc.json': 'read by oxfmt here',
  '.oxlintrc.json': 'read by oxlint here',
  'CHANGELOG.md': 'for people who update',
  'CONTRIBUTING.md': 'for people who change it',
  Dockerfile: 'read by Docker here',
  LICENSE: 'for people who use it',
  'README.md': 'for people who come by',
  'SECURITY.md': 'read by GitHub here, and by people who found something',
  bench: 'claims about speed',
  'bunfig.toml': 'read by Bun here',
  'deno.json': 'read by Deno here',
  docs: 'a page for each question that the README has no room for',
  examples: 'programs to begin from, and to run',
  'package-lock.json': 'read by npm here',
  'package.json': 'read by npm, Node and Bun here',
  src: 'the product',
  test: 'claims about behaviour',
  'tsconfig.build.json': 'read by the build, beside the one it extends',
  'tsconfig.json': 'read by tsc and editors here',
  'wrangler.toml': 'read by wrangler here',
};

/** Names that git knows at the top; `null` outside of a repository. */
function tracked(): string[] | null {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) return null;
  const files = stdout.split('\0').filter((file) => file !== '');
  return [...new Set(files.map((file) => file.split('/')[0]!))];
}

const names = tracked();

it.skipIf(names === null)('nothing is in the root without a reason', () => {
  expect(names!.toSorted()).toEqual(Object.keys(REASONS).toSorted());
});
