import { expect, it } from 'vitest';
import { comparedRoutes } from '../suite/compare/routes.ts';
import type { Respond } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';
import { type Judged, leaveDialog, type Tab } from './tab.ts';

/** A look is judged in half a second, and on a busy machine in more, in milliseconds. */
export const JUDGED_WITHIN_MS = 90_000;

/** In CSS pixels: a phone, or a desktop at 400 %; a desktop at 200 %; a desktop. */
export const WIDTHS = [320, 640, 1280];

/** Colours do not depend on the width of the screen, and nothing else on the theme. */
const JUDGED = [
  { theme: 'light', width: 1280, rules: 'all' },
  { theme: 'dark', width: 1280, rules: 'colours' },
  { theme: 'light', width: 320, rules: 'others' },
] as const;

/**
 * Nobody is left out by the page as it is now: in both themes, on all screens.
 * @param judged what was not judged before; by default all of the page
 */
export async function isForEverybody(tab: Tab, judged: Judged = {}): Promise<void> {
  for (const { rules, ...screen } of JUDGED) {
    await tab.look(screen);
    const found = await tab.violations({ rules, ...judged });
    expect({ ...screen, found }).toEqual({ ...screen, found: [] });
  }
  await fits(tab);
}

/** Nothing of the page is cut off, and nobody has to scroll sideways to read a line. */
export async function fits({ page, look }: Tab): Promise<void> {
  for (const width of WIDTHS) {
    await look({ width });
    const scrolled = await page.evaluate('document.documentElement.scrollWidth');
    expect(scrolled).toBeLessThanOrEqual(width);
  }
}

const json =
  (body: unknown): Respond =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Every view and every question can be used by everybody. The view Now is judged where it has mirrors of every kind. */
export function looks(stage: Stage, tabs: Tabs): void {
  const compared = comparedRoutes(stage);
  const addressOf = (view: string, more: Record<string, string> = {}) =>
    `${stage.gateway.url}/apisix/ui?${new URLSearchParams({ view, ...more })}`;

  it('what judges the views finds what is wrong with one', async () => {
    const { page, violations } = await enter(tabs, addressOf('explain'));
    await page.evaluate("document.querySelector('main').append(document.createElement('select'))");
    expect(await violations({ rules: 'others' })).toEqual([expect.stringContaining('<select>')]);
    await page.evaluate("document.querySelector('main h1').style.color = '#eee'");
    expect(await violations({ rules: 'colours' })).toEqual([expect.stringContaining('<h1')]);
  });

  it(
    'differences with an example, and an explanation',
    async () => {
      const { id, get, reported } = await compared(json({ a: 1 }), json({ a: '2' }));
      await get('/a');
      await reported(1);
      const tab = await enter(tabs, addressOf('differences', { route: id }));
      await tab.page.waitForSelector('mark');
      await isForEverybody(tab);
      await tab.page.goto(addressOf('explain'));
      await tab.page.locator('main form button').click();
      await tab.page.waitForSelector('section[aria-label=Explanation]');
      await isForEverybody(tab);
      expect(tab.problems).toEqual([]);
    },
    JUDGED_WITHIN_MS,
  );

  it(
    'every question before a change, and why there is none',
    async () => {
      const id = stage.fresh('asked');
      const ignore = Array.from({ length: 40 }, (_, i) => `/place-${i}`);
      const mirrors = [
        { host: stage.mirror.url, compare: { ignore } },
        { host: 'http://a.example' },
        { host: 'http://b.example', _meta: { disable: true } },
      ];
      await stage.put(id, { host: undefined, mirrors });
      const [compares, runs, paused] = mirrors.map(({ host }) => ({ route: id, mirror: host }));
      const tab = await enter(tabs, addressOf('now', { text: id, held: 'yes' }));
      for (const query of [
        { do: 'pause', ...runs },
        { do: 'resume', ...paused },
        { do: 'share', percent: '12.5', ...runs },
        { do: 'compare', ...runs },
        { do: 'ignore', place: 'status', endpoints: '3', ...compares },
        { do: 'stop-ignoring', place: '/place-1', ...compares },
        { do: 'begin-anew' },
        { do: 'share', percent: '0', ...runs },
      ]) {
        await tab.page.evaluate(`(() => {
        const link = document.createElement('a');
        link.dataset.confirm = '';
        link.href = '/apisix/ui/confirm?${new URLSearchParams(query as Record<string, string>)}';
        document.body.append(link);
        link.click();
        link.remove();
      })()`);
        await tab.page.waitForSelector('dialog[open] h2');
        await isForEverybody(tab, { within: 'dialog' });
        // It is the dialog that scrolls: a request that ends in a box of its own seems to end there.
        expect(
          await tab.page.$$eval('dialog pre', (boxes) =>
            boxes.filter(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight),
          ),
        ).toEqual([]);
        await leaveDialog(tab.page);
      }
      expect(tab.problems).toEqual([]);
    },
    JUDGED_WITHIN_MS,
  );
}
