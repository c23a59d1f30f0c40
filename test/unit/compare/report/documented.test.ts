import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/cli/commands.ts';
import { parseCondition } from '../../../../src/cli/report/gate.ts';
import { reportText } from '../../../../src/compare/report/print/text.ts';
import type { Report } from '../../../../src/compare/report/report.ts';
import { createReportSums } from '../../../../src/compare/report/sums.ts';
import { src } from '../../../support/imports.ts';
import { compared, difference, pair } from './pairs.ts';

const page = readFileSync(join(src, '../docs/comparing.md'), 'utf8');

/** Types in place of values, and what counts by name without the names. */
function formOf(value: unknown, isMap = false): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map((item) => formOf(item));
  if (typeof value !== 'object' || value === null) return typeof value;
  if (isMap) return 'counts';
  const maps = ['failed', 'skipped', 'not_compared', 'statuses'];
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, formOf(member, maps.includes(name))]),
  );
}

it('the report has the form of the page', () => {
  const sums = createReportSums();
  sums.pair(pair(compared(difference('/price', { kind: 'type', primary: 1, mirror: '1' }))));
  const [, shown] = /^```json\n(\{\n {2}"since".*?)^```/ms.exec(page)!;
  expect(formOf(JSON.parse(shown!))).toEqual(formOf(sums.report()));
});

it('the text of the page is that of its report', () => {
  const [, shown] = /^```json\n(\{\n {2}"since".*?)^```/ms.exec(page)!;
  const [, text] = /^```\n\$ proxy-mirror report\n(.*?)\n```/ms.exec(page)!;
  expect(text).toBe(reportText(JSON.parse(shown!) as Report));
});

it('the conditions of the gate are those of the page and of the help', () => {
  const [, section] = /^## A gate in a pipeline$(.*)/ms.exec(page)!;
  const named = Array.from(section!.matchAll(/^\| `(\w+)`/gm), ([, name]) => name!);
  expect(named.length).toBeGreaterThan(3);
  for (const name of named) expect(() => parseCondition(`${name}>0`)).not.toThrow();
  const { notes = [] } = COMMANDS.find(({ name }) => name === 'report')!;
  const helped = notes.flatMap((line) => /^ {2}'(\w+)[^']*'/.exec(line)?.[1] ?? []);
  expect(helped).toEqual(named);
  expect(() => parseCondition('none>0')).toThrow(`expected one of ${named.join(', ')}`);
});
