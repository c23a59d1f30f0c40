import { expect, it } from 'vitest';
import { send } from '../support/client.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { click, confirm, shows } from './tab.ts';

/** Without a key a server shows the page to this machine: nothing is asked for, and its own requests are let in. */
export function keyless(stage: Stage, tabs: Tabs): void {
  it('opens without a key, shows and changes', async () => {
    const id = stage.fresh('keyless');
    await stage.put(id);
    const { page, problems } = await tabs.open(
      `${stage.gateway.url}/apisix/ui?view=now&text=${id}`,
    );
    await shows(page, stage.mirror.url);
    expect(await page.$('input[name=key]')).toBe(null);
    await click(page, 'link', 'Pause');
    await page.waitForSelector('dialog[open]');
    await confirm(page);
    await page.waitForSelector('::-p-aria([name="Resume"][role="link"])');
    await page.goto(`${stage.gateway.url}/apisix/ui?view=explain`);
    await click(page, 'button', 'Explain');
    await page.waitForSelector('section[aria-label=Explanation]');
    expect(problems).toEqual([]);
  });

  it('does not open to a page elsewhere that has a link to it', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await send(stage.gateway.url, '/apisix/ui', { headers })).status).toBe(403);
  });
}

/** Without a key Workers show nothing, and say how to set one. */
export function closed(stage: Stage, tabs: Tabs): void {
  it('is closed without a key, and says how to set one', async () => {
    const { page } = await tabs.open(`${stage.gateway.url}/apisix/ui`);
    await shows(page, 'wrangler secret put ADMIN_KEY');
    for (const part of ['', '/script.js', '/style.css', '/view', '/confirm?do=begin-anew'])
      expect([part, (await stage.gateway.admin(`ui${part}`)).status]).toEqual([part, 403]);
  });
}
