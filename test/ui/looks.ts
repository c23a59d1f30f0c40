import { expect, it } from 'vitest';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';

const THEMES = ['light', 'dark'] as const;
/** A phone and a desktop, in CSS pixels; 320 is also a window of 1280 at 400 %. */
const WIDTHS = [320, 1280];

/** Every view can be used by everybody. */
export function looks(stage: Stage, tabs: Tabs, views: readonly string[]): void {
  it('what judges the views finds what is wrong with one', async () => {
    const { page, violations } = await enter(tabs, `${stage.gateway.url}/apisix/ui`);
    await page.evaluate("document.querySelector('main').append(document.createElement('select'))");
    expect(await violations()).toEqual([expect.stringContaining('<select>')]);
  });

  it.each(views)('%s: light and dark, on a phone and on a desktop', async (view) => {
    const { page, problems, violations, look } = await enter(
      tabs,
      `${stage.gateway.url}/apisix/ui?view=${view}`,
    );
    for (const theme of THEMES) {
      for (const width of WIDTHS) {
        await look({ theme, width });
        expect([theme, width, await violations()]).toEqual([theme, width, []]);
        // Nothing is cut off, and nobody has to scroll sideways to read a line.
        const scrolled = await page.evaluate('document.documentElement.scrollWidth');
        expect(scrolled).toBeLessThanOrEqual(width);
      }
    }
    expect(problems).toEqual([]);
  });
}
