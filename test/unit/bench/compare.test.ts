import { describe, expect, it } from 'vitest';
import { COSTLY, ORDINARY } from '../../../bench/compare/payloads.ts';
import type { Turn } from '../../../bench/compare/turn.ts';
import { costRow, isolationRow } from '../../../bench/compare/verdict.ts';

function turn(results: Readonly<Record<string, number>> = {}, change: Partial<Turn> = {}): Turn {
  return {
    requestsPerSecond: 1000,
    p99: 10,
    wrong: 0,
    serving: 30,
    comparing: 0,
    peakBytes: 100 * 1024 * 1024,
    copies: { sent: 10, results },
    ...change,
  };
}

const EXACT = { different: 3, overload: 7 };

describe('the verdict on costly responses', () => {
  const verdictOn = (on: Turn) => isolationRow('costly', [turn()], [on]);

  it('allows a twentieth of the rate, a seventh of the p99, and the memory of mirrors and 32 MiB', () => {
    const worst = { requestsPerSecond: 950, p99: 11.5, peakBytes: 196 * 1024 * 1024 };
    expect(verdictOn(turn(EXACT, worst)).passed).toBe(true);
    for (const worse of [{ requestsPerSecond: 949 }, { p99: 11.6 }, { peakBytes: 1e9 }])
      expect(verdictOn(turn(EXACT, worse)).passed).toBe(false);
  });

  it('fails when a response is wrong, or a copy has no result or two', () => {
    expect(verdictOn(turn(EXACT, { wrong: 1 })).passed).toBe(false);
    for (const different of [2, 4]) {
      const { passed, cells } = verdictOn(turn({ ...EXACT, different }));
      expect(passed).toBe(false);
      expect(cells).toContain(`${different + 7} results of 10 copies`);
    }
  });
});

it('lets a tenth of the copies be compared for a twentieth of the rate, and states what all cost', () => {
  const slow = [turn({ same: 1 }, { requestsPerSecond: 900 })];
  const tenth = { title: 'a tenth', share: 0.1, least: 0.95 };
  expect(costRow(tenth, slow, [turn()]).passed).toBe(false);
  expect(costRow(tenth, [turn({ same: 1 })], [turn()]).passed).toBe(true);
  expect(costRow({ ...tenth, least: 0 }, slow, [turn()]).passed).toBe(true);
});

it('takes responses that are small enough to be compared', () => {
  for (const { name, primary, mirror } of [ORDINARY, ...COSTLY])
    for (const { body } of [primary, mirror])
      expect([name, body.byteLength <= 256 * 1024]).toEqual([name, true]);
  expect(ORDINARY.primary.body.byteLength).toBe(1024);
});
