import { describe, expect, it } from 'vitest';
import { judge, parseCondition } from '../../../../src/cli/report/gate.ts';
import { type Counts, sampleReport } from '../../compare/report/print/sample.ts';

const judged = (text: string, counts: Counts, minPairs = 1) =>
  judge(sampleReport(counts), [parseCondition(text)], minPairs);

describe('conditions', () => {
  it.each<[string, Counts, 'passed' | 'failed' | 'unknown', string]>([
    ['different>0.1%', { different: 1 }, 'passed', '0.1 %'],
    ['different>=0.1%', { different: 1 }, 'failed', '0.1 %'],
    ['different>0.1%', { different: 2 }, 'failed', '0.2 %'],
    ['different > 0.001', { different: 2 }, 'failed', '0.2 %'],
    ['different>0', { noisy: 500 }, 'passed', '0 %'],
    ['different>.5', { different: 501 }, 'failed', '50 %'],
    ['not_compared>1%', { pairs: 980, overload: 20 }, 'failed', '2 %'],
    ['not_compared>2%', { pairs: 980, overload: 20 }, 'passed', '2 %'],
    ['failed>1%', { pairs: 980, failed: 20 }, 'failed', '2 %'],
    ['failed>2%', { pairs: 980, failed: 20 }, 'passed', '2 %'],
    ['skipped>1%', { pairs: 980, skipped: 20 }, 'failed', '2 %'],
    ['skipped>2%', { pairs: 970, failed: 10, skipped: 20 }, 'passed', '2 %'],
    ['skipped>0', {}, 'passed', '0 %'],
    ['p99_ratio>1.5', {}, 'failed', '2'],
    ['p99_ratio>2.2', {}, 'passed', '2'],
    ['new_5xx>0', { broken: 1 }, 'failed', '1'],
    ['new_5xx>1', { broken: 1 }, 'passed', '1'],
    ['new_5xx>0', {}, 'passed', '0'],
  ])('%s with %j: %s', (text, counts, outcome, value) => {
    const found = judged(text, counts);
    expect(found.outcome).toBe(outcome);
    expect(found.lines).toHaveLength(1);
    expect(found.lines[0]).toMatch(
      `${outcome}: ${text}: route 1 -> http://mirror.example: ${value}`,
    );
  });

  it.each([
    ['different', 'expected a condition such as "different>0.1%", found "different"'],
    ['different<1', 'expected a condition such as'],
    ['different>-1', 'expected a condition such as'],
    ['different>', 'expected a condition such as'],
    ['', 'expected a condition such as'],
    ['diferent>1%', 'unknown measure "diferent": did you mean different? expected one of'],
    ['constructor>1', 'unknown measure "constructor": expected one of different, not_compared'],
    ['different>5', 'expected a share from 0 to 1, or with %, such as "different>0.5%"'],
    ['new_5xx>1%', 'expected a number such as "new_5xx>0", found "new_5xx>1%"'],
    ['p99_ratio>150%', 'expected a ratio such as "p99_ratio>1.5"'],
  ])('%j is refused', (text, message) => {
    expect(() => parseCondition(text)).toThrow(message);
  });

  it.each<[Counts, string]>([
    [
      { pairs: 300 },
      'passed: different>0.1%: route 1 -> http://mirror.example: 0 % (under 1 %: may fail with more pairs)',
    ],
    [
      { pairs: 3000 },
      'passed: different>0.1%: route 1 -> http://mirror.example: 0 % (under 0.1 %)',
    ],
    [
      { different: 2 },
      'failed: different>0.1%: route 1 -> http://mirror.example: 0.2 % (95 % confidence: 0.055 % to 0.73 %)',
    ],
  ])('%j: has the bounds', (counts, line) => {
    expect(judged('different>0.1%', counts).lines).toEqual([line]);
  });

  it.each([
    ['filtered', 0],
    ['sampled_out', 0],
    ['loop', 0],
    ['upgrade', 0],
    ['body_too_large', 50],
    ['body_incomplete', 50],
    ['memory_limit', 50],
    ['in_flight_limit', 50],
    ['rate_limit', 50],
    ['breaker_open', 50],
    ['a_later_one', 50],
  ])('of copies that are skipped as %s, %i %% were to be sent', (reason, share) => {
    const { mirrors, ...report } = sampleReport({ pairs: 10 });
    const skipping = { ...report, mirrors: [{ ...mirrors[0]!, skipped: { [reason]: 10 } }] };
    const { lines } = judge(skipping, [parseCondition('skipped>=0')], 1);
    expect(lines).toEqual([`failed: skipped>=0: route 1 -> http://mirror.example: ${share} %`]);
  });

  it('each of them is judged for each mirror', () => {
    const { mirrors, ...report } = sampleReport({ different: 2 });
    const [mirror] = mirrors;
    const two = { ...report, mirrors: [mirror!, { ...mirror!, route: '2', different: 0 }] };
    const conditions = ['different>1%', 'different>0.1%'].map(parseCondition);
    const { outcome, lines } = judge(two, conditions, 1);
    expect(outcome).toBe('failed');
    expect(lines.map((line) => line.split(':', 1)[0])).toEqual([
      'passed',
      'failed',
      'passed',
      'passed',
    ]);
  });
});

describe('what is not known is no evidence', () => {
  it('too few pairs', () => {
    const { outcome, lines } = judged('different>0', { pairs: 999 }, 1000);
    expect(outcome).toBe('unknown');
    expect(lines.at(-1)).toBe(
      'unknown: route 1 -> http://mirror.example: expected at least 1,000 pairs, found 999',
    );
    expect(judged('different>0', { pairs: 1000 }, 1000).outcome).toBe('passed');
  });

  it('too few pairs, though a condition fails', () => {
    expect(judged('different>0', { pairs: 10, different: 10 }, 1000).outcome).toBe('unknown');
  });

  it('no mirror', () => {
    expect(judge({ ...sampleReport(), mirrors: [] }, [], 1).outcome).toBe('unknown');
    expect(judge({ ...sampleReport(), mirrors: [] }, [], 0).outcome).toBe('passed');
    const none = judge({ ...sampleReport(), mirrors: [] }, [parseCondition('different>0')], 0);
    expect(none).toEqual({ outcome: 'unknown', lines: ['unknown: no mirror was compared'] });
  });

  it.each(['different>0', 'p99_ratio>1', 'new_5xx>0'])('%s without a pair', (text) => {
    expect(judged(text, { pairs: 0, failed: 1 }, 0).outcome).toBe('unknown');
  });

  it.each<[string, Counts]>([
    ['failed>0', { pairs: 0, skipped: 1 }],
    ['skipped>0', { pairs: 0 }],
  ])('%s, where no copy was counted', (condition, counts) => {
    expect(judged(condition, counts, 0).outcome).toBe('unknown');
  });

  it.each<[Counts, boolean]>([
    [{ pairs: 10, skipped: 10 }, false],
    [{ pairs: 10, skipped: 11 }, true],
    [{ pairs: 10, failed: 1, skipped: 11 }, false],
  ])('%j: whether most copies were skipped', (counts, isSaid) => {
    const { outcome, lines } = judged('failed>10%', counts);
    expect(outcome).toBe('passed');
    expect(lines.slice(1)).toEqual(
      isSaid
        ? [
            'caution: route 1 -> http://mirror.example: most copies were skipped (breaker_open 11): the pairs say little about now',
          ]
        : [],
    );
  });

  it('most copies were skipped, and nothing is judged', () => {
    expect(judge(sampleReport({ pairs: 10, skipped: 11 }), [], 0).lines).toEqual([]);
  });
});
