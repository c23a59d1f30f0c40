import { expect, it } from 'vitest';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';

const WIDTHS = { phone: 320, desktop: 1280 } as const;

/** Every view can be used by everybody. */
export function looks(stage: Stage, tabs: Tabs, views: readonly string[]): void {
  const cases = views.flatMap((view) =>
    (['light', 'dark'] as const).flatMap((theme) =>
      Object.entries(WIDTHS).map(([screen, width]) => ({ view, theme, screen, width })),
    ),
  );

  it('what judges the views finds what is wrong with one', async () => {
    const { page, violations } = await enter(tabs, `${stage.gateway.url}/apisix/ui`);
    await page.evaluate("document.querySelector('main').append(document.createElement('select'))");
    expect(await violations()).toEqual([expect.stringContaining('<select>')]);
  });

  it.each(cases)('$view: $theme, on a $screen', async ({ view, theme, width }) => {
    const address = `${stage.gateway.url}/apisix/ui?view=${view}`;
    const { page, problems, violations } = await enter(tabs, address, { theme, width });
    expect(await violations()).toEqual([]);
    // Nothing is cut off, and nobody has to scroll sideways to read a line.
    const { scrolled, seen } = await page.evaluate(() => {
      const { documentElement: root } = (
        globalThis as unknown as {
          document: { documentElement: { scrollWidth: number; clientWidth: number } };
        }
      ).document;
      return { scrolled: root.scrollWidth, seen: root.clientWidth };
    });
    expect(scrolled).toBeLessThanOrEqual(seen);
    expect(problems).toEqual([]);
  });
}
