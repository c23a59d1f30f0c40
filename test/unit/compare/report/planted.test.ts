import { describe, expect, it } from 'vitest';
import { comparer } from '../../../../src/compare/compare.ts';
import type { RecordedResponse } from '../../../../src/compare/recorded.ts';
import { createReportSums } from '../../../../src/compare/report/sums.ts';
import { random } from '../../../support/random.ts';
import { json, KEY, rules } from '../responses.ts';
import { pair } from './pairs.ts';

const PAIRS = 5000;

/** A bug among noise: what a mirror's report names, where a tenth of the requests is asked of the old version again. */
async function reported(seed: number, change: (body: Record<string, unknown>) => void) {
  const next = random(seed);
  let clock = 0;
  function bodyOf(user: number): Record<string, unknown> {
    clock += 1 + Math.floor(next() * 3);
    const tags = ['a', 'b', 'c', 'd'].toSorted(() => next() - 0.5);
    const trace = next().toString(36).slice(2);
    return {
      user,
      price: user * 3,
      at: new Date(clock).toISOString(),
      trace,
      tags,
      seen: { [trace]: 1 },
    };
  }
  function responseOf(body: Record<string, unknown>): RecordedResponse {
    const headers = ['Content-Type', 'application/json', 'X-Cursor', next().toString(36)];
    return json(JSON.stringify(body), { headers });
  }
  const compare = comparer(rules(), KEY);
  const sums = createReportSums();
  for (let user = 0; user < PAIRS; user += 1) {
    const target = `/users/${user}/cart`;
    const primary = responseOf(bodyOf(user));
    const copied = bodyOf(user);
    change(copied);
    sums.pair(pair(await compare(primary, responseOf(copied)), { target }));
    if (user % 10 > 0) continue;
    const again = await compare(primary, responseOf(bodyOf(user)));
    sums.baseline(pair(again, { target }));
  }
  const [mirror] = sums.report().mirrors;
  const shown = mirror!.endpoints.flatMap(({ path, differences }) =>
    differences.filter((one) => one.shown).map(({ place, kind }) => `${path} ${place} ${kind}`),
  );
  return { mirror: mirror!, shown };
}

describe('without anything that is ignored', () => {
  it('the mirror as it was: nothing is named', async () => {
    const { mirror, shown } = await reported(1, () => {});
    expect(shown).toEqual([]);
    expect(mirror).toMatchObject({ pairs: PAIRS, different: 0, noise_only: PAIRS });
  });

  it('one field changed in 1 % of the responses: exactly that place is named', async () => {
    let planted = 0;
    const { mirror, shown } = await reported(2, (body) => {
      if (Number(body['user']) % 100 !== 7) return;
      planted += 1;
      body['price'] = String(body['price']);
    });
    expect(shown).toEqual(['/users/{n}/cart /price type']);
    expect(mirror.different).toBe(planted);
    expect(mirror.noise_only).toBe(PAIRS - planted);
  });
});
