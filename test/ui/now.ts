import { expect, it } from 'vitest';
import type { RouteConfig } from '../../src/config/route.ts';
import { send } from '../support/client.ts';
import { freePort } from '../support/ports.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';
import { isForEverybody, WIDTHS } from './looks.ts';
import { click, confirm, shows } from './tab.ts';

/** What is mirrored now: seen as it happens, and changed from the page. */
export function now(stage: Stage, tabs: Tabs): void {
  const addressOf = (text: string) =>
    `${stage.gateway.url}/apisix/ui?${new URLSearchParams({ view: 'now', text })}`;

  async function pluginOf(id: string) {
    const response = await stage.gateway.admin(`admin/routes/${id}`);
    return ((await response.json()) as { value: RouteConfig }).value.plugins?.['proxy-mirror'];
  }

  it('shows a request and its copy without being loaded again', async () => {
    const id = stage.fresh('now');
    await stage.put(id);
    const { page, problems } = await enter(tabs, addressOf(id));
    await shows(page, stage.mirror.url);
    await stage.pair(`/${id}/a`);
    // On Workers the page may be of another isolate than the request; here there is one.
    await shows(page, 'sent: 2xx\u00a01');
    // What the primary and this mirror took, one beside the other: p50, p95 and p99 of each.
    const times = String(await page.evaluate("document.querySelector('.latency').innerText"));
    expect(times.replaceAll(/\s+/g, ' ')).toMatch(
      /^primary(?: [\d.]+ (?:µs|ms|s)){3} mirror(?: [\d.]+ (?:µs|ms|s)){3}/,
    );
    // One time makes no line.
    expect(await page.$('.latency svg')).toBe(null);
    expect(problems).toEqual([]);
  });

  it('keeps the focus and what is typed while it shows what is new', async () => {
    const id = stage.fresh('now');
    await stage.put(id);
    const { page } = await enter(tabs, addressOf(id));
    await page.locator('input[name=percent]').click();
    await page.keyboard.down('Control');
    await page.keyboard.press('a');
    await page.keyboard.up('Control');
    await page.keyboard.type('12.5');
    await stage.pair(`/${id}/a`);
    await shows(page, 'sent: 2xx\u00a01');
    expect(await page.evaluate('document.activeElement.value')).toBe('12.5');
    await page.keyboard.press('Enter');
    await shows(page, 'Copy 12.5 % of the requests?');
    await shows(page, '/plugins/proxy-mirror/sample_ratio');
    await confirm(page);
    await shows(page, '12.5 % of the requests are copied to');
    await click(page, 'button', 'Close');
    await page.waitForFunction("document.querySelector('#status').innerText === ''");
    expect(await pluginOf(id)).toMatchObject({ sample_ratio: 0.125 });
  });

  it('pauses a mirror and resumes it', async () => {
    const id = stage.fresh('now');
    await stage.put(id);
    const { page, problems } = await enter(tabs, addressOf(id));
    await click(page, 'link', 'Pause');
    await shows(page, 'it gets no copies');
    await confirm(page);
    await page.waitForSelector('::-p-aria([name="Resume"][role="link"])');
    expect(await pluginOf(id)).toMatchObject({ _meta: { disable: true } });
    await click(page, 'link', 'Resume');
    await page.waitForSelector('dialog[open]');
    await confirm(page);
    await page.waitForSelector('::-p-aria([name="Pause"][role="link"])');
    expect(await pluginOf(id)).toMatchObject({ _meta: { disable: false } });
    expect(problems).toEqual([]);
  });

  it('shows mirrors of every kind to everybody', async () => {
    const id = stage.fresh('kinds');
    const down = `http://127.0.0.1:${await freePort()}`;
    const uri = `/${id}/<b>\u202e${'long'.repeat(60)}*`;
    await stage.put(id, {
      host: undefined,
      mirrors: [
        { host: stage.mirror.url, compare: true, sample_ratio: 0.5 },
        { host: down, breaker: { failures: 1, open: 300 } },
        { host: 'http://paused.example', _meta: { disable: true } },
      ],
    });
    await stage.put(`${id}-none`, { _meta: { disable: true } }, { route: { uri, status: 0 } });
    await send(stage.gateway.url, `/${id}/a`);
    const tab = await enter(tabs, addressOf(id));
    for (const text of ['breaker open', 'paused', 'Its differences', 'out of service'])
      await shows(tab.page, text);
    await isForEverybody(tab);
    expect(tab.problems).toEqual([]);
  });

  it('does not jump when bodies are held', async () => {
    const { page, look } = await enter(tabs, `${stage.gateway.url}/apisix/ui?view=now`);
    for (const width of WIDTHS) {
      await look({ width });
      const heights =
        await page.evaluate(`['0 bytes', '1,023 bytes', '1.32 KiB', '62.5 MiB'].map((held) => {
        document.querySelector('.totals .together').innerText = held;
        return document.querySelector('.totals').offsetHeight;
      })`);
      expect(new Set(heights as number[])).toHaveLength(1);
    }
  });

  it('can be frozen, says since when, and goes on', async () => {
    const { page } = await enter(tabs, `${stage.gateway.url}/apisix/ui?view=now`);
    await click(page, 'link', 'Freeze');
    await shows(page, 'Frozen at 2');
    expect(await page.evaluate("'every' in document.querySelector('main > *').dataset")).toBe(
      false,
    );
    const frozen = await page.evaluate("document.querySelector('.held').innerText");
    // Who comes back to the tab finds it as it was left.
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    expect(await page.evaluate("document.querySelector('.held').innerText")).toBe(frozen);
    await click(page, 'link', 'Resume updates');
    await shows(page, 'Updated every second');
  });
}
