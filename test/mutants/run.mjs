/**
 * Changes the code in `files.mjs` one spot at a time and runs the unit tests on each change:
 *
 *     npm run mutants                             all of them: an hour or two
 *     npm run mutants -- src/mirror/limits/*.ts   some
 *     MUTANTS_TESTS='test/unit/http/*.test.ts' npm run mutants -- src/http/fields.ts
 *                                                 the same on some of the tests: minutes
 *
 * A change that no test notices is a mutant that survived. It needs a test, or an entry in
 * `equivalent.json` that says why it changes nothing. Ends with status 1 while one has neither, or
 * while an entry is there that no mutant needs.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @typedef {{ file: string, line: string, mutant: string, reason: string }} Equivalent */
/** @typedef {{ line: number, column: number }} Place */
/** @typedef {{ status: string, replacement: string, location: { start: Place, end: Place } }} Mutant */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STRYKER = fileURLToPath(new URL('node_modules/.bin/stryker', import.meta.url));

const files = process.argv.slice(2);
const only = files.length === 0 ? [] : ['--mutate', files.join(',')];
const { status } = spawnSync(STRYKER, ['run', 'test/mutants/stryker.config.mjs', ...only], {
  cwd: ROOT,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

/** @type {{ files: Record<string, { source: string, mutants: Mutant[] }> }} */
const report = JSON.parse(readFileSync(new URL('report.json', import.meta.url), 'utf8'));
/** @type {Equivalent[]} */
const known = JSON.parse(readFileSync(new URL('equivalent.json', import.meta.url), 'utf8'));

/** A test failed or did not end. `CompileError` and `Ignored` need no test. */
const FOUND = new Set(['Killed', 'Timeout', 'CompileError', 'Ignored']);

const needed = new Set();
const surviving = [];
let total = 0;
for (const [file, { source, mutants }] of Object.entries(report.files)) {
  const lines = source.split('\n');
  for (const { status: end, replacement, location } of mutants) {
    total++;
    if (FOUND.has(end)) continue;
    const line = lines[location.start.line - 1]?.trim() ?? '';
    const entry = known.find(
      (each) => each.file === file && each.line === line && each.mutant === replacement,
    );
    if (entry !== undefined) needed.add(entry);
    else surviving.push(shown(file, lines, { status: end, replacement, location }));
  }
}
const idle = known.filter((entry) => entry.file in report.files && !needed.has(entry));

for (const text of surviving) console.log(text);
for (const entry of idle) console.log(`not needed in equivalent.json: ${JSON.stringify(entry)}`);
console.log(
  `${total} mutants, ${surviving.length} survived, ${needed.size} known to change nothing`,
);
process.exit(surviving.length + idle.length === 0 ? 0 : 1);

/** @param {string} file @param {string[]} lines @param {Mutant} mutant */
function shown(file, lines, { status: end, replacement, location: { start, end: last } }) {
  const whole = lines.slice(start.line - 1, last.line);
  whole[whole.length - 1] = whole.at(-1)?.slice(0, last.column - 1) ?? '';
  const original = [whole[0]?.slice(start.column - 1), ...whole.slice(1)]
    .join(' ')
    .replace(/\s+/g, ' ');
  return `${file}:${start.line}:${start.column} ${end}\n  - ${original}\n  + ${replacement.replace(/\s+/g, ' ')}`;
}
