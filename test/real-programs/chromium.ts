import { afterEach, beforeEach, expect, it } from 'vitest';
import { origin, type Origin } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { type Browser, browse } from './chromium/browser.ts';
import { type Report, site } from './chromium/site.ts';
import { copiesOf, expectBooks, expectSame, type Passage, passage } from './passage.ts';

/** What the page should find. */
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

/** A browser starts slowly where others work, too. */
const PATIENCE = 90_000;

/** A browser loads a page over the gateway, and the page tells what it found. */
export function chromium(stage: Stage): void {
  let upstream: Origin;
  let way: Passage;
  let browser: Browser | null;

  beforeEach(async () => {
    browser = null;
    upstream = await origin(site);
    way = await passage(stage, 'page', upstream);
  });
  afterEach(() => Promise.all([browser?.close(), upstream.close()]), PATIENCE);

  it('loads a page with all that belongs to it', { timeout: 2 * PATIENCE }, async () => {
    browser = await browse(`${way.url}/start`);
    const report = () => upstream.seen.find(({ url }) => url === `/${way.id}/report`);
    await until(() => report() !== undefined, PATIENCE, 'the report of the page').catch((error) => {
      throw new Error(
        `${error} after ${upstream.seen.map(({ url }) => url)}:\n${browser!.stderr()}`,
      );
    });
    expect(JSON.parse(`${report()!.body}`)).toEqual(FOUND);
    await expectBooks(stage, way, { 'sent 2xx': upstream.seen.length });
    expectSame(copiesOf(stage, way), upstream.seen);
  });
}
