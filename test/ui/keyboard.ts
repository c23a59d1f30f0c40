import type { Page } from 'puppeteer-core';
import { expect, it } from 'vitest';
import { isDisabled } from '../../src/config/proxy-mirror.ts';
import type { RouteConfig } from '../../src/config/route.ts';
import { comparedRoutes } from '../suite/compare/routes.ts';
import type { Respond } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';
import { shows } from './tab.ts';

/** More than a page has of what can be focused. */
const MAX_STEPS = 60;

const json =
  (body: unknown): Respond =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Name of what has the focus, as its text or label says it. */
const FOCUSED = `(() => {
  const { activeElement: focused } = document;
  const label = focused.getAttribute('aria-label') ?? focused.labels?.[0]?.innerText ?? focused.innerText ?? '';
  return label.trim().split('\\n')[0];
})()`;

/** Presses Tab until something of this name has the focus, as somebody does without a mouse. */
async function tabTo(page: Page, name: string): Promise<void> {
  const passed: unknown[] = [];
  for (let step = 0; step < MAX_STEPS; step += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(FOCUSED);
    if (focused === name) return;
    passed.push(focused);
  }
  throw new Error(`Tab does not lead to ${name}, but to ${JSON.stringify(passed)}`);
}

/** All can be reached and done by keyboard, and the focus does not get lost. */
export function keyboard(stage: Stage, tabs: Tabs): void {
  const compared = comparedRoutes(stage);
  const addressOf = (view: string, more: Record<string, string>) =>
    `${stage.gateway.url}/apisix/ui?${new URLSearchParams({ view, ...more })}`;

  async function isPaused(id: string): Promise<boolean> {
    const response = await stage.gateway.admin(`admin/routes/${id}`);
    const { value } = (await response.json()) as { value: RouteConfig };
    return isDisabled(value.plugins?.['proxy-mirror']);
  }

  it('skips to the content, and goes from view to view', async () => {
    const { page, problems } = await enter(tabs, addressOf('now', {}));
    await page.reload();
    await page.waitForSelector('main h1');
    await tabTo(page, 'Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    // Without the fragment of that link, at which a browser begins.
    await page.goto(addressOf('now', {}));
    await page.waitForSelector('main h1');
    for (const view of ['Differences', 'Explain', 'Now']) {
      await tabTo(page, view);
      await page.keyboard.press('Enter');
      await page.waitForFunction(`document.title.startsWith('${view} ')`);
      expect(await page.evaluate('document.activeElement.id')).toBe('main');
      await page.reload();
      await page.waitForSelector('main h1');
    }
    expect(problems).toEqual([]);
  });

  it('finds, pauses and resumes a mirror, and comes back to where it was', async () => {
    const id = stage.fresh('keyboard');
    await stage.put(id);
    const { page, problems } = await enter(tabs, addressOf('now', {}));
    await tabTo(page, 'ID, URI or host of a route or mirror');
    await page.keyboard.type(id);
    await page.keyboard.press('Enter');
    await page.waitForFunction("document.querySelectorAll('tbody[id]').length === 1");
    for (const [action, next] of [
      ['Pause', 'Resume'],
      ['Resume', 'Pause'],
    ] as const) {
      await page.evaluate("document.querySelector('main').focus()");
      await tabTo(page, action);
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog[open]');
      // Who presses Enter twice has done nothing.
      expect(await page.evaluate(FOCUSED)).toBe('Cancel');
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog:not([open])');
      expect([await page.evaluate(FOCUSED), await isPaused(id)]).toEqual([
        action,
        action === 'Resume',
      ]);
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog[open]');
      await tabTo(page, action);
      await page.keyboard.press('Enter');
      await page.waitForFunction(`document.activeElement.innerText === '${next}'`);
      expect(await isPaused(id)).toBe(action === 'Pause');
    }
    expect(problems).toEqual([]);
  });

  it('goes through differences to an example, and ignores its place', async () => {
    const { id, get, reported } = await compared(json({ a: 1, b: 1 }), json({ a: 2, b: 1 }));
    await get('/a');
    await reported(1);
    const { page, problems } = await enter(tabs, addressOf('differences', { route: id }));
    await shows(page, '1 of 1 pair');
    for (const name of [
      'Endpoint or place contains',
      'value',
      'Show ignored and noise',
      'Endpoints: list',
      '/a',
    ])
      await tabTo(page, name);
    await page.keyboard.press('Enter');
    await shows(page, 'another value');
    await tabTo(page, 'Ignore this place');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    await tabTo(page, 'Ignore');
    await page.keyboard.press('Enter');
    await shows(page, ': /a. What was counted stays');
    await page.waitForSelector('dialog:not([open])');
    expect(await page.evaluate('document.activeElement !== document.body')).toBe(true);
    expect(problems).toEqual([]);
  });

  it('keeps the focus in the page when what had it is gone', async () => {
    const id = stage.fresh('gone');
    await stage.put(id);
    const { page, problems } = await enter(tabs, addressOf('now', { text: id }));
    await tabTo(page, 'Pause');
    await stage.gateway.admin(`admin/routes/${id}`, { method: 'DELETE' });
    await shows(page, 'No route or mirror matches');
    await page.waitForFunction("document.activeElement.id === 'main'");
    expect(problems).toEqual([]);
  });
}
