import type { HTTPRequest, Page } from 'puppeteer-core';
import { expect, it } from 'vitest';
import { isDisabled, type MirrorConfig } from '../../src/config/proxy-mirror.ts';
import type { RouteConfig } from '../../src/config/route.ts';
import type { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import type { Tabs } from './browser.ts';
import { enter, unlock } from './key.ts';
import { click, confirm, leaveDialog, shows } from './tab.ts';

const [A, B] = ['http://a.example', 'http://b.example'];

/** Holds requests of a page back, until they are let go. */
async function holding(page: Page, isHeld: (request: HTTPRequest) => boolean) {
  const held: HTTPRequest[] = [];
  const onRequest = (request: HTTPRequest) => {
    if (isHeld(request)) held.push(request);
    else void request.continue();
  };
  page.on('request', onRequest);
  await page.setRequestInterception(true);
  return {
    held: (count: number) => until(() => held.length >= count, 15_000, `${count} held requests`),
    async release() {
      page.off('request', onRequest);
      await page.setRequestInterception(false);
      await Promise.all(held.map((request) => request.continue()));
    },
  };
}

/** What happens while the page waits for something else. */
export function races(stage: Stage, tabs: Tabs): void {
  async function open() {
    const id = stage.fresh('races');
    await stage.put(id, { host: undefined, mirrors: [{ host: A }, { host: B }] });
    const address = new URLSearchParams({ view: 'now', text: id });
    const tab = await enter(tabs, `${stage.gateway.url}/apisix/ui?${address}`);
    await shows(tab.page, B);
    return { id, tab, page: tab.page };
  }

  async function paused(id: string): Promise<string[]> {
    const response = await stage.gateway.admin(`admin/routes/${id}`);
    const { value } = (await response.json()) as { value: RouteConfig };
    const mirrors = value.plugins!['proxy-mirror']!.mirrors as readonly MirrorConfig[];
    return mirrors.filter(isDisabled).map(({ host }) => host!);
  }

  it('asks about what was clicked last, also when the question before comes later', async () => {
    const { id, page } = await open();
    const requests = await holding(page, (request) =>
      request.url().includes(new URLSearchParams({ mirror: A }).toString()),
    );
    const [first, second] = await page.$$('::-p-aria([name="Pause"][role="link"])');
    await first!.click();
    await requests.held(1);
    await second!.click();
    await page.waitForSelector('dialog[open]');
    const late = page.waitForResponse((response) => response.url().includes('confirm'));
    await requests.release();
    await (await late).text();
    expect(await page.evaluate("document.querySelector('dialog').innerText")).toContain(B);
    await confirm(page);
    await page.waitForSelector('::-p-aria([name="Resume"][role="link"])');
    expect(await paused(id)).toEqual([B]);
  });

  it('sends nothing when the question was left before', async () => {
    const { id, page } = await open();
    await click(page, 'link', 'Pause');
    await page.waitForSelector('dialog[open]');
    const requests = await holding(page, (request) => request.url().includes('/ui/confirm'));
    await confirm(page);
    await requests.held(1);
    await leaveDialog(page);
    const methods: string[] = [];
    page.on('request', (request) => methods.push(request.method()));
    await requests.release();
    // The next view is asked for when there was time to send a change.
    await until(() => methods.length >= 2, 15_000, 'two more views');
    expect(methods).not.toContain('PATCH');
    expect(await paused(id)).toEqual([]);
  });

  it('says that a change was refused, also when the question was left', async () => {
    const { id, page } = await open();
    await click(page, 'link', 'Pause');
    await page.waitForSelector('dialog[open]');
    const requests = await holding(page, (request) => request.method() === 'PATCH');
    await confirm(page);
    await requests.held(1);
    await leaveDialog(page);
    await stage.gateway.admin(`admin/routes/${id}`, { method: 'DELETE' });
    await requests.release();
    await page.waitForFunction(
      "document.querySelector('#status').innerText.startsWith('Nothing was changed: ')",
    );
  });

  it('asks for the key when that has changed, and leaves the question', async () => {
    const { tab, page } = await open();
    await click(page, 'link', 'Pause');
    await page.waitForSelector('dialog[open]');
    await page.evaluate("sessionStorage.setItem('proxy-mirror: key', 'of yesterday')");
    await shows(page, "That is not this gateway's key.");
    await page.waitForSelector('dialog:not([open])');
    expect(await page.evaluate('document.activeElement.name')).toBe('key');
    await unlock(tab);
  });
}
