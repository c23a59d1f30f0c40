import { expect, it } from 'vitest';
import { ending } from '../../../../src/cli/demo/lines.ts';
import { reportText } from '../../../../src/compare/report/print/text.ts';
import { createReportSums } from '../../../../src/compare/report/sums.ts';
import { compared, difference, pair } from '../../compare/report/pairs.ts';

/** A report of so many endpoints that differ, of which each takes four lines. */
function reportOf(endpoints: number) {
  const sums = createReportSums();
  for (let i = 0; i < endpoints; i += 1)
    sums.pair(pair(compared(difference('/price')), { target: `/${'abcdefghij'[i]}` }));
  return sums.report();
}

it.each([
  [9080, 'npm start -- report'],
  [9999, 'npm start -- report --url http://127.0.0.1:9999'],
])('at port %i a report that is cut says how many lines there are beyond', (port, command) => {
  const lines = ending(reportOf(9), port).split('\n');
  expect(lines).toHaveLength(32);
  expect(lines.at(-1)).toMatch(/^\.\.\. \d+ more lines: /);
  expect(lines.at(-1)).toContain(`: while the demo runs, ${command} prints them`);
});

it.each([
  ['short', 2],
  ['a line too long, which the line that says so would take', 5],
])('one that is %s is whole, and says nothing of that', (_, endpoints) => {
  const report = reportOf(endpoints);
  expect(ending(report, 9080)).toBe(`\n${reportText(report)}`);
});
