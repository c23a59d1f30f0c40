import { expect, it } from 'vitest';
import { KEY } from '../runtimes/runtime.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { click, shows, type Tab, type TabOptions } from './tab.ts';

/** Opens the page and gives it the key. */
export async function enter(tabs: Tabs, address: string, options?: TabOptions): Promise<Tab> {
  const tab = await tabs.open(address, options);
  await tab.page.waitForSelector('input[name=key]');
  await tab.page.type('input[name=key]', KEY);
  await tab.page.keyboard.press('Enter');
  await tab.page.waitForSelector('main h1:not(form *)');
  return tab;
}

/** The key: asked for once, kept in the tab, and never in an address. */
export function key(stage: Stage, tabs: Tabs): void {
  const address = () => `${stage.gateway.url}/apisix/ui?view=explain`;

  it('is asked for once, and kept in the tab', async () => {
    const { page, problems } = await enter(tabs, address());
    await shows(page, 'What would happen');
    await page.reload();
    await shows(page, 'What would happen');
    expect(page.url()).not.toContain(KEY);
    const other = await tabs.open(address());
    await other.page.waitForSelector('input[name=key]');
    expect(problems.concat(other.problems)).toEqual([]);
    // A form of a key has no other problems than a view has.
    expect(await other.violations()).toEqual([]);
  });

  it('is asked for again when it was wrong', async () => {
    const { page } = await tabs.open(address());
    await page.waitForSelector('input[name=key]');
    await page.type('input[name=key]', 'wrong');
    await click(page, 'button', 'Open');
    await shows(page, 'That is not the key of this gateway: wrong apikey.');
    await page.waitForSelector('input[name=key]');
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('does not open what is shown without it', async () => {
    const parts = ['view?view=explain', 'view', 'confirm?do=begin-anew', 'nothing'];
    for (const part of parts) {
      const response = await fetch(`${stage.gateway.url}/apisix/ui/${part}`);
      expect([part, response.status]).toEqual([part, 401]);
    }
  });
}
