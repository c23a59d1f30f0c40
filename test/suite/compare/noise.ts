import { expect, it } from 'vitest';
import type { MirrorReport } from '../../../src/compare/report/report.ts';
import { crowd } from '../../support/crowd.ts';
import type { Origin, Respond, Seen } from '../../support/origin.ts';
import { random as seeded } from '../../support/random.ts';
import type { Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { comparedRoutes, type ComparedRoute, shown } from './routes.ts';

/** With a bug in 1 % of them, and without: chance could name something that is none in few pairs as well as in many. */
const PAIRS_WITH_BUG = 5000;
const PAIRS_WITHOUT = 1000;
/** Requests until the next await the comparison of these: the thread that compares gets what time is left. */
const TURN = 100;
/** Share of the pairs that may be given up on a machine that has no time left. They are counted. */
const MAX_LOST = 0.05;

/** A bug among noise: a clock, a random id, a shuffled list, a cursor, and a note that stands in few responses. */
export function noise(stage: Stage): void {
  const put = comparedRoutes(stage);
  const random = seeded(7);

  function noisy(bug: (n: number) => object): Respond {
    let count = 0;
    return (_, response) => {
      const list = [1, 2, 3, 4].toSorted(() => random() - 0.5);
      const note = random() < 0.0015 ? { note: 'rare' } : {};
      const body = {
        at: performance.now(),
        id: random(),
        list,
        total: 3,
        ...note,
        ...bug(count++),
      };
      const headers = { 'content-type': 'application/json', 'x-cursor': String(random()) };
      response.writeHead(200, headers).end(JSON.stringify(body));
    };
  }
  const unchanged = () => noisy(() => ({}));

  /** The report of all pairs, and of all that the upstream got once more. */
  async function reportOf(route: ComparedRoute, all: number): Promise<MirrorReport> {
    const { upstream, get, reported } = route;
    for (let sent = 0; sent < all; sent += TURN) {
      await crowd(TURN, async () => void (await get('/a')));
      await reported(sent + TURN);
    }
    const known = async () => (await reported(all)).endpoints[0]!.baselines;
    const enough = async () => (await known()) >= repeated(upstream) * (1 - MAX_LOST);
    await until(enough, 20_000, 'the baselines');
    return reported(all);
  }

  it.each([
    [
      'a bug in 1 % of the responses is named, and nothing else',
      noisy(hasBug),
      ['/total value'],
      PAIRS_WITH_BUG,
    ],
    ['a mirror that is the same code: nothing is named', unchanged(), [], PAIRS_WITHOUT],
  ])('%s', { timeout: 300_000 }, async (_, mirrored, named, all) => {
    const different = named.length * (all / 100);
    const route = await put(unchanged(), mirrored, {
      compare: { baseline: 'primary' },
      max_in_flight: 1000,
    });
    const report = await reportOf(route, all);
    expect(shown(report)).toEqual(named);
    const { pairs, not_compared: notCompared, endpoints } = report;
    const { overload: lost = 0, ...others } = notCompared;
    expect(others).toEqual({});
    expect(lost).toBeLessThan(all * MAX_LOST);
    expect([report.sent, pairs]).toEqual([all, all - lost]);
    expect(report.different).toBeLessThanOrEqual(different);
    expect(report.different).toBeGreaterThanOrEqual(different - lost);
    // By the clock all of them differ.
    expect(report.noise_only).toBe(pairs - report.different);
    expect(report.same).toBe(report.noise_only);
    expect(endpoints[0]!.baselines).toBeLessThanOrEqual(repeated(route.upstream));
    expect(Math.abs(repeated(route.upstream) - all / 10)).toBeLessThan(all / 25);
  });
}

const hasBug = (n: number) => (n % 100 === 0 ? { total: 4 } : {});

/** Requests that were asked once more: they carry the loop mark. */
function repeated({ seen }: Origin): number {
  return seen.filter(isCopy).length;
}

function isCopy({ headers }: Seen): boolean {
  return headers['x-mirrored-by'] !== undefined;
}
