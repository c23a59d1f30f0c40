import { afterEach, beforeEach, expect, it } from 'vitest';
import { origin, type Origin } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { type Browser, browse } from './chromium/browser.ts';
import { type Report, site } from './chromium/site.ts';
import { copiesOf, expectOutcomes, expectSame, type Passage, passage } from './passage.ts';

/** The expected report of the page. */
const FOUND: Report = {
  color: 'rgb(1, 2, 3)',
  image: [3, 2],
  frame: 'a frame',
  cookie: 'first=1',
  posted: {
    cookie: 'first=1; second=two words',
    type: 'application/json',
    body: '{"text":"caf\u00e9"}',
  },
  events: ['one', 'two', 'three'],
};

/** In milliseconds. A browser starts slowly on a busy machine. */
const LIMIT_MS = 90_000;

/** A browser loads a page through the gateway, and the page reports what it found. */
export function chromium(stage: Stage): void {
  let upstream: Origin;
  let way: Passage;
  let browser: Browser | null;

  beforeEach(async () => {
    browser = null;
    upstream = await origin(site);
    way = await passage(stage, 'page', upstream);
  });
  afterEach(() => Promise.all([browser?.close(), upstream.close()]), LIMIT_MS);

  it('loads a page with all of its resources', { timeout: 2 * LIMIT_MS }, async () => {
    browser = await browse(`${way.url}/start`);
    const report = () => upstream.seen.find(({ url }) => url === `/${way.id}/report`);
    await until(() => report() !== undefined, LIMIT_MS, 'the report of the page').catch((error) => {
      throw new Error(
        `${error} after ${upstream.seen.map(({ url }) => url)}:\n${browser!.stderr()}`,
      );
    });
    expect(JSON.parse(`${report()!.body}`)).toEqual(FOUND);
    await expectOutcomes(stage, way, { 'sent 2xx': upstream.seen.length });
    expectSame(copiesOf(stage, way), upstream.seen);
  });
}
