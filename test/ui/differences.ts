import { expect, it } from 'vitest';
import type { Report } from '../../src/compare/report/report.ts';
import type { RouteConfig } from '../../src/config/route.ts';
import { comparedRoutes } from '../suite/compare/routes.ts';
import type { Respond } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';
import { click, confirm, leaveDialog, shows } from './tab.ts';

const MARKUP = '<img src=x onerror=alert(1)><script>alert(2)</script>';
/** A right-to-left override, which would turn around what follows. */
const TURNED = '\u202egnp.exe';

const INVISIBLE = ['\u202e', '\u0007', '\u001b'];

const json =
  (body: unknown): Respond =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** What the mirrors responded differently: read, shared, saved and changed from the page. */
export function differences(stage: Stage, tabs: Tabs): void {
  const compared = comparedRoutes(stage);

  const addressOf = (route: string) =>
    `${stage.gateway.url}/apisix/ui?${new URLSearchParams({ view: 'differences', route })}`;

  it('leads from the verdict to an example, and each state has an address', async () => {
    const { id, get, reported } = await compared(
      json({ price: 9.5, currency: 'EUR' }),
      json({ price: '9.50', currency: 'EUR' }),
    );
    for (let i = 0; i < 5; i += 1) await get(`/items/${i}`);
    await reported(5);
    const { page, problems } = await enter(tabs, addressOf(id));
    await shows(page, '5 of 5 pairs differ');
    await shows(page, '/items/{n}');
    await click(page, 'link', '/price');
    await shows(page, '"9.50"');
    await click(page, 'link', 'Next');
    await shows(page, '2 of 2 kept');

    const shared = await enter(tabs, page.url());
    await shared.page.waitForFunction("document.querySelector('mark') !== null");
    await shows(shared.page, '2 of 2 kept');
    await page.goBack();
    await shows(page, '1 of 2 kept');
    expect(problems.concat(shared.problems)).toEqual([]);
  });

  it('ignores a place from the next pair on, and shows the request that does it', async () => {
    const { id, get, reported } = await compared(json({ now: 1, a: 1 }), json({ now: 2, a: 1 }));
    await get('/a');
    await reported(1);
    const { page, problems } = await enter(tabs, addressOf(id));
    await click(page, 'link', 'Ignore this place');
    await shows(page, `curl -X PATCH '${stage.gateway.url}/apisix/admin/routes/${id}/plugins/`);
    await shows(page, '-H "X-API-KEY: $ADMIN_KEY"');
    await leaveDialog(page);
    await click(page, 'link', 'Ignore this place');
    await confirm(page);
    await shows(page, ': /now. What was counted stays');
    // The report still counts it, and the page says that it no longer will.
    await shows(page, 'value, ignored from now on');
    expect(await page.$('::-p-aria([name="Ignore this place"][role="link"])')).toBe(null);
    const { value } = (await (await stage.gateway.admin(`admin/routes/${id}`)).json()) as {
      value: RouteConfig;
    };
    expect(value.plugins?.['proxy-mirror']?.compare).toEqual({ ignore: ['/now'] });
    await get('/a');
    expect(await reported(2)).toMatchObject({ pairs: 2, different: 1, noise_only: 1 });
    await click(page, 'link', 'Stop ignoring');
    await shows(page, "/compare/ignore' -H");
    await confirm(page);
    await shows(page, 'No longer ignored from the next pair on at');
    await get('/a');
    expect(await reported(3)).toMatchObject({ pairs: 3, different: 2, noise_only: 1 });
    expect(problems).toEqual([]);
  });

  it('says it where a change is refused, and pretends nothing', async () => {
    const { id, get, reported } = await compared(json([1]), json([2]));
    await get('/a');
    await reported(1);
    const { page } = await enter(tabs, addressOf(id));
    await click(page, 'link', 'Ignore this place');
    await page.waitForSelector('dialog form');
    await stage.gateway.admin(`admin/routes/${id}`, { method: 'DELETE' });
    await confirm(page);
    await shows(page, `Route ${id} no longer has this mirror: it was changed or deleted`);
    await click(page, 'button', 'Close');
    await click(page, 'link', 'Ignore this place');
    await shows(page, `Route ${id} no longer has this mirror: it was changed or deleted`);
  });

  it('shows what strangers sent as text', async () => {
    const long = 'x'.repeat(100_000);
    const { id, get, reported } = await compared(
      json({ [MARKUP]: MARKUP, turned: TURNED, long, control: '\u0007\u001b[31m' }),
      json({ [MARKUP]: 1, turned: 1, long: `${long}y`, control: 1 }),
    );
    await get(`/${encodeURIComponent(MARKUP)}`);
    await get('/%3Cb%3E?q=<i>');
    await reported(2);
    const { page, problems } = await enter(tabs, addressOf(id));
    for (const place of [`/${MARKUP.replaceAll('/', '~1')}`, '/turned', '/long', '/control']) {
      await page.goto(`${addressOf(id)}&${new URLSearchParams({ place, kind: 'type' })}`);
      await shows(page, '2 of 2 pairs differ');
      const made = "document.querySelectorAll('main :is(img, script, b, i)').length";
      expect(await page.evaluate(made)).toBe(0);
      const text = String(await page.evaluate('document.body.innerText'));
      expect(INVISIBLE.filter((character) => text.includes(character))).toEqual([]);
    }
    expect(problems).toEqual([]);
  });

  it('saves the report in three forms', async () => {
    const { id, get, reported } = await compared(json([1]), json([2]));
    await get('/a');
    await reported(1);
    const { page, problems } = await enter(tabs, addressOf(id));
    await shows(page, '1 of 1 pair');
    // What a browser would write to a file.
    await page.evaluate(`
      globalThis.saved = [];
      globalThis.names = [];
      URL.createObjectURL = (blob) => (saved.push(blob.text()), 'data:,');
      HTMLAnchorElement.prototype.click = function () { names.push(this.download); };
    `);
    const beginnings = { JSON: '{\n  "since"', Markdown: '# ', HTML: '<!doctype html>' };
    for (const [i, [name, beginning]] of Object.entries(beginnings).entries()) {
      await click(page, 'link', `Save as ${name}`);
      await page.waitForFunction(`names.length === ${i + 1}`);
      expect(await page.evaluate(`names[${i}]`)).toMatch(`proxy-mirror-report-${id}-127.0.0.1-`);
      const text = String(await page.evaluate(`saved[${i}]`));
      expect(text).toContain(beginning);
      if (name === 'JSON') expect((JSON.parse(text) as Report).mirrors[0]!.route).toBe(id);
    }
    expect(problems).toEqual([]);
  });

  it('begins the report anew', async () => {
    const { id, get, reported } = await compared(json([1]), json([2]));
    await get('/a');
    await reported(1);
    const { page } = await enter(tabs, addressOf(id));
    await click(page, 'link', 'Begin the report anew');
    await shows(page, 'Drop the report of all mirrors?');
    await confirm(page);
    await shows(page, 'The report of all mirrors has begun anew.');
    const report = (await (await stage.gateway.admin('admin/report')).json()) as Report;
    expect(report.mirrors.filter(({ pairs }) => pairs > 0)).toEqual([]);
  });
}
