import { expect, it } from 'vitest';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';
import { shows } from './tab.ts';

/** The form that asks what would happen to a request. */
export function explain(stage: Stage, tabs: Tabs): void {
  it('explains a request, by keyboard alone', async () => {
    const id = stage.fresh('explained');
    await stage.put(id);
    const { page, problems } = await enter(tabs, `${stage.gateway.url}/apisix/ui?view=explain`);
    await page.focus('input[name=url]');
    await page.keyboard.down('Control');
    await page.keyboard.press('a');
    await page.keyboard.up('Control');
    await page.keyboard.type(`http://shop.example/${id}/<b>"cart"`);
    await page.keyboard.press('Tab');
    await page.keyboard.type('X-User: 7');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await shows(page, `Route ${id} matches. A copy goes to ${stage.mirror.url}.`);
    // It is read out.
    await page.waitForFunction("document.activeElement.matches('[aria-label=Explanation]')");
    // As a client sends it.
    await shows(page, `GET ${stage.mirror.url}/${id}/%3Cb%3E%22cart%22`);
    await shows(page, 'X-User: 7');
    // A link within the page asks for nothing, which would take away what was found.
    const asked = await page.evaluate(`new Promise((resolve) => {
      const { fetch } = globalThis;
      let count = 0;
      globalThis.fetch = (...given) => (count++, fetch(...given));
      addEventListener('popstate', () => setTimeout(() => resolve(count)), { once: true });
      document.querySelector('a.skip').click();
    })`);
    expect(asked).toBe(0);
    await page.evaluate("history.replaceState(null, '', '?view=explain')");
    // What may be secret stays out of addresses.
    expect(page.url()).toMatch(/\?view=explain$/);
    expect(problems).toEqual([]);
  });

  it('says what is wrong with the request', async () => {
    const { page } = await enter(tabs, `${stage.gateway.url}/apisix/ui?view=explain`);
    await page.type('textarea', 'no field');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await shows(page, 'expected "name: value", found "no field"');
    // It stands at its field, which has the focus.
    await page.waitForFunction("document.activeElement.matches('textarea[aria-invalid=true]')");
  });
}
