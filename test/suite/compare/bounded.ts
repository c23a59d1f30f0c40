import { expect, it } from 'vitest';
import type { MirrorReport } from '../../../src/compare/report/report.ts';
import { crowd } from '../../support/crowd.ts';
import type { Respond } from '../../support/origin.ts';
import { exposed } from '../../support/outcomes.ts';
import type { Stage } from '../../support/stage.ts';
import { comparedRoutes, type ComparedRoute } from './routes.ts';

/** More than the limits of endpoints and of places. `sums.test.ts` counts a million of each. */
const COUNT = 1200;
/** Requests until the next await the comparison of these. */
const TURN = 100;
/** Pairs that may be given up on a machine that has no time left. They are counted. */
const MAX_LOST = COUNT / 20;
const MAX_ENDPOINTS = 1000;
const MAX_PLACES = 200;

/** Paths and places that are all different: what finds no room is counted under `other`. */
export function bounded(stage: Stage): void {
  const put = comparedRoutes(stage);
  const answer =
    (body: (word: string) => object): Respond =>
    ({ url }, response) => {
      const [word] = /[a-z]+$/.exec(url) ?? [];
      // An earlier test's server may have had this port: a copy that is meant for it comes here.
      if (word === undefined) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body(word)));
    };
  const primary = answer(() => ({}));
  const mirror = answer((word) => ({ [word]: 1 }));

  async function reportOf(route: ComparedRoute, target: (word: string) => string) {
    for (let sent = 0; sent < COUNT; sent += TURN) {
      await crowd(TURN, async (i) => void (await route.get(target(wordOf(sent + i)))));
      await route.reported(sent + TURN);
    }
    const report = await route.reported(COUNT);
    const { pairs, not_compared: notCompared } = report;
    const { overload: lost = 0, ...others } = notCompared;
    expect(others).toEqual({});
    expect(lost).toBeLessThan(MAX_LOST);
    expect(report).toMatchObject({ sent: COUNT, pairs: COUNT - lost, different: pairs, same: 0 });
    return report;
  }

  it(`${COUNT} paths: the first 1,000, and the rest adds up`, { timeout: 300_000 }, async () => {
    const route = await put(primary, mirror);
    const { endpoints, pairs: all } = await reportOf(route, (word) => `/${word}`);
    expect(endpoints).toHaveLength(MAX_ENDPOINTS + 1);
    const rest = endpoints.find(({ path }) => path === 'other');
    expect(rest).toMatchObject({ method: '*', pairs: all - MAX_ENDPOINTS });
    expect(sumOf(endpoints.map(({ pairs }) => pairs))).toBe(all);
    expect(sumOf(endpoints.map(({ different }) => different))).toBe(all);
    expect(countsOf(endpoints)).toBe(all);
    // No path is a label.
    expect(JSON.stringify(await exposed(stage.gateway))).not.toContain(wordOf(COUNT - 1));
  });

  it(`${COUNT} places: the first 200, and the rest adds up`, { timeout: 300_000 }, async () => {
    const route = await put(primary, mirror);
    const { endpoints, pairs } = await reportOf(route, (word) => `/same?${word}`);
    expect(endpoints).toMatchObject([{ pairs, different: pairs }]);
    const [{ differences }] = endpoints as [(typeof endpoints)[0]];
    expect(differences).toHaveLength(MAX_PLACES + 1);
    const rest = differences.filter((difference) => difference.rest);
    expect(rest).toMatchObject([{ place: 'other', kind: 'extra', count: pairs - MAX_PLACES }]);
    expect(countsOf(endpoints)).toBe(pairs);
  });
}

/** Another word for each number, which looks like no id. */
function wordOf(number: number): string {
  const digits = (number + 26 ** 3).toString(26);
  return digits.replace(/./g, (digit) => String.fromCharCode(0x61 + parseInt(digit, 26)));
}

function countsOf(endpoints: MirrorReport['endpoints']): number {
  return sumOf(endpoints.flatMap(({ differences }) => differences.map(({ count }) => count)));
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
