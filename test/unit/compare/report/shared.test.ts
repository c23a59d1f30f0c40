import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type ReportNamespace, sharedReport } from '../../../../src/compare/report/shared.ts';
import { createReportSums } from '../../../../src/compare/report/sums.ts';
import { compared, pair } from './pairs.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A report of an isolate, and the sums that it sends to. */
function setUp() {
  const all = createReportSums();
  let posts = 0;
  const namespace: ReportNamespace = {
    idFromName: (name) => name,
    get: () => ({
      async fetch(_, init) {
        posts += 1;
        all.merge(JSON.parse(String(init?.body)));
        return new Response(null, { status: 204 });
      },
    }),
  };
  const errors: string[] = [];
  const report = sharedReport(namespace, (error) => void errors.push(error));
  return { report, all, errors, posts: () => posts };
}

it('sends what pairs come to within a second, at once for all', async () => {
  const { report, all, posts } = setUp();
  const sent = [1, 2, 3].map(() => report.pair(pair(compared()), 'mirror'));
  await vi.advanceTimersByTimeAsync(1000);
  await Promise.all(sent);
  expect(posts()).toBe(1);
  expect(all.report().mirrors).toMatchObject([{ sent: 3, pairs: 3 }]);
});

it('sends the copies of a mirror that is dead, too, of which no pair comes', async () => {
  const { report, all } = setUp();
  const sent = report.outcome('1', 'http://mirror.example', 'failed', 'connect');
  await vi.advanceTimersByTimeAsync(1000);
  await sent;
  expect(all.report().mirrors).toMatchObject([{ failed: { connect: 1 }, pairs: 0 }]);
});

it('begins no sending with what nobody waits for', () => {
  const { report } = setUp();
  expect(report.outcome('1', 'http://mirror.example', 'skipped', 'sampled_out')).toBe(undefined);
  expect(vi.getTimerCount()).toBe(0);
});
