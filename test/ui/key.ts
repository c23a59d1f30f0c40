import { expect, it } from 'vitest';
import { KEY } from '../runtimes/runtime.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { click, shows, type Tab, type TabOptions } from './tab.ts';

/** Opens the page in a tab that has the key, or gives it to a new one. */
export async function enter(tabs: Tabs, address: string, options?: TabOptions): Promise<Tab> {
  const again = await tabs.again(address, options);
  if (again !== null) {
    await again.page.waitForSelector(VIEW);
    return again;
  }
  const tab = await tabs.open(address, options);
  await unlock(tab);
  tabs.keep(tab);
  return tab;
}

/** Title of a view, and not of the form for the key. */
const VIEW = 'main h1:not(form *)';

export async function unlock({ page }: Tab): Promise<void> {
  await page.waitForSelector('input[name=key]');
  await page.type('input[name=key]', KEY);
  await page.keyboard.press('Enter');
  await page.waitForSelector(VIEW);
}

/** The key: asked for once, kept in the tab, and never in an address. */
export function key(stage: Stage, tabs: Tabs): void {
  const address = () => `${stage.gateway.url}/apisix/ui?view=explain`;

  it('is asked for once, and kept in the tab', async () => {
    const tab = await tabs.open(address());
    const { page, problems } = tab;
    await unlock(tab);
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
    await shows(page, "That is not this gateway's key.");
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
