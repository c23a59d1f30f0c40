import { expect, it } from 'vitest';
import { observe, quantiles } from '../../../../src/compare/report/histogram.ts';
import { history, lately } from '../../../../src/ui/views/now/figures.ts';
import { memoryText, percentOf, perSecondText } from '../../../../src/ui/views/now/words.ts';
import { recentEvents } from '../../../../src/telemetry/recent.ts';
import { copyEvent, REQUEST } from '../../telemetry/copy-event.ts';
import { FAILED, SENT, SKIPPED } from './context.ts';

const START_MS = 1_790_000_000_000;
const EMPTY = { p50: null, p95: null, p99: null };

/** Recent events, and a clock that the test moves. */
function watched() {
  const clock = { nowMs: START_MS };
  const recent = recentEvents(
    () => true,
    () => clock.nowMs,
  );
  const request = (seconds = 0.004, status = 200) =>
    recent.listen({ type: 'request', route: '1', request: REQUEST, status, seconds });
  const figures = (seconds: number) => lately(recent, clock.nowMs, seconds);
  return { clock, recent, request, figures, steps: () => history(recent, clock.nowMs) };
}

it('has rates of the last whole seconds, fewer where events began later', () => {
  const { clock, recent, request, figures } = watched();
  expect(figures(10)).toMatchObject({ requests: 0, sent: 0, primary: EMPTY, mirror: EMPTY });
  for (let second = 0; second < 4; second++) {
    for (let i = 0; i < 6; i++) request(0.004, i === 0 ? 503 : 200);
    for (const outcome of [SENT, SENT, FAILED, SKIPPED, SKIPPED, SKIPPED])
      recent.listen(copyEvent(outcome));
    clock.nowMs += 1000;
  }
  // Of the second that has begun nothing is known yet.
  for (let i = 0; i < 50; i++) request();
  const rates = { requests: 6, errors: 1, sent: 2, failed: 1, skipped: 3 };
  expect(figures(10)).toMatchObject(rates);
  expect(figures(2)).toMatchObject(rates);
  clock.nowMs += 60_000;
  expect(figures(10)).toMatchObject({ requests: 0, errors: 0, sent: 0, primary: EMPTY });
});

it('has quantiles of both sides, within a twentieth', () => {
  const { clock, recent, request, figures } = watched();
  // Spread over some seconds: of each the times of so many are kept.
  for (let i = 1; i <= 1000; i++) {
    request(i / 1000);
    recent.listen(copyEvent(SENT, { seconds: i / 100 }));
    if (i % 200 === 0) clock.nowMs += 1000;
  }
  const { primary, mirror } = figures(10);
  const isNear = (found: number | null, seconds: number) =>
    expect(Math.abs(found! / seconds - 1)).toBeLessThan(0.05);
  for (const [name, share] of [
    ['p50', 0.5] as const,
    ['p95', 0.95] as const,
    ['p99', 0.99] as const,
  ]) {
    isNear(primary[name], share);
    isNear(mirror[name], share * 10);
  }
});

it('has the quantiles that the report has of the same times', () => {
  const { clock, request, figures } = watched();
  const reported = new Map<string, number>();
  for (let i = 0; i < 500; i++) {
    const seconds = 0.0005 * 1.013 ** i;
    request(seconds);
    observe(reported, seconds);
  }
  clock.nowMs += 1000;
  const found = Object.values(figures(10).primary) as number[];
  expect(found.map((seconds) => Number(seconds.toPrecision(3)))).toEqual(
    Object.values(quantiles(reported)),
  );
});

it('has a history in steps that do not change once they are past', () => {
  const { clock, request, steps } = watched();
  clock.nowMs += 2000;
  for (let i = 0; i < 10; i++) request();
  clock.nowMs += 5000;
  const before = steps();
  expect(before).toHaveLength(60);
  expect(before.slice(0, -1)).toEqual(Array.from({ length: 59 }, () => null));
  expect(before.at(-1)).toMatchObject({ requests: 2 });
  for (let second = 0; second < 3; second++) {
    request();
    expect(steps()).toEqual(before);
    clock.nowMs += 1000;
  }
  expect(steps().slice(-2)).toMatchObject([{ requests: 2 }, { requests: 0.6 }]);
  clock.nowMs += 290_000;
  expect(steps().slice(0, 2)).toMatchObject([{ requests: 2 }, { requests: 0.6 }]);
});

it('says rates, memory and shares as people read them', () => {
  const rates = [0, 0.04, 0.25, 3, 9.96, 1234.5].map(perSecondText);
  expect(rates).toEqual(['0', 'under 0.1', '0.3', '3', '10', '1,235']);
  const memory = [0, 1023, 1024, 1_572_864, 67_108_864, 5 * 2 ** 40].map(memoryText);
  expect(memory).toEqual(['0 bytes', '1,023 bytes', '1 KiB', '1.5 MiB', '64 MiB', '5,120 GiB']);
  expect([0.00001, 0.07, 1 / 3, 1].map(percentOf)).toEqual([0.001, 7, 33.3333, 100]);
});
