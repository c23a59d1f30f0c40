import { expect, it } from 'vitest';
import { comparedRoutes } from '../suite/compare/routes.ts';
import type { Respond } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';
import { leaveDialog, type Tab } from './tab.ts';

/** Each look is judged in half a second, and there are many: more time than usual on a busy machine, in milliseconds. */
export const JUDGED_WITHIN_MS = 90_000;

/** In CSS pixels: a phone, or a desktop at 400 %; a desktop at 200 %; a desktop. Colours do not depend on it. */
const LOOKS = [
  ['light', 320],
  ['light', 640],
  ['light', 1280],
  ['dark', 1280],
] as const;

/** Nobody is left out by the page as it is now: in both themes, on all screens. */
export async function isForEverybody({ page, violations, look }: Tab): Promise<void> {
  for (const [theme, width] of LOOKS) {
    await look({ theme, width });
    expect([theme, width, await violations()]).toEqual([theme, width, []]);
    // Nothing is cut off, and nobody has to scroll sideways to read a line.
    const scrolled = await page.evaluate('document.documentElement.scrollWidth');
    expect(scrolled).toBeLessThanOrEqual(width);
  }
}

const json =
  (body: unknown): Respond =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Every view and every question can be used by everybody. */
export function looks(stage: Stage, tabs: Tabs, views: readonly string[]): void {
  const compared = comparedRoutes(stage);
  const addressOf = (view: string, more: Record<string, string> = {}) =>
    `${stage.gateway.url}/apisix/ui?${new URLSearchParams({ view, ...more })}`;

  it('what judges the views finds what is wrong with one', async () => {
    const { page, violations } = await enter(tabs, `${stage.gateway.url}/apisix/ui`);
    await page.evaluate("document.querySelector('main').append(document.createElement('select'))");
    expect(await violations()).toEqual([expect.stringContaining('<select>')]);
  });

  it.each(views)(
    '%s',
    async (view) => {
      const tab = await enter(tabs, addressOf(view));
      await isForEverybody(tab);
      expect(tab.problems).toEqual([]);
    },
    JUDGED_WITHIN_MS,
  );

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
      const mirrors = [
        { host: stage.mirror.url, compare: true },
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
        { do: 'ignore', place: '/price', ...compares },
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
        await isForEverybody(tab);
        await leaveDialog(tab.page);
      }
      expect(tab.problems).toEqual([]);
    },
    JUDGED_WITHIN_MS,
  );
}
