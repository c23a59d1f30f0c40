import { expect, it } from 'vitest';
import { comparedRoutes } from '../suite/compare/routes.ts';
import type { Respond } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';
import { JUDGED_WITHIN_MS } from './looks.ts';
import { click, confirm, leaveDialog, shows, type Tab } from './tab.ts';

const MARKUP = `<img src=x onerror=alert(1)><script>alert(2)</script>"'&amp;`;
/** Turns around what follows, rings, clears a terminal, breaks lines. */
const INVISIBLE = '\u202e\u2066\u200f\u0007\u001b[2J\u0085\u2028';
/** The most that is compared. */
const LONG = 'x'.repeat(256 * 1024 - 400);
/** In CSS pixels: a desktop, and a phone. */
const WIDTHS = [1280, 360];

const json =
  (body: unknown): Respond =>
  (_, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json', 'x-markup': MARKUP })
      .end(JSON.stringify(body));

/** Nothing was made of a text but text, all of it can be seen, and nobody has to scroll sideways for it. */
async function holds({ page, look }: Tab, action?: string): Promise<void> {
  const made = "document.querySelectorAll(':is(main, dialog) :is(img, script, iframe, b)').length";
  expect(await page.evaluate(made)).toBe(0);
  const text = String(await page.evaluate('document.body.innerText'));
  for (const character of INVISIBLE.replace('[2J', '')) expect(text).not.toContain(character);
  for (const width of WIDTHS) {
    await look({ width });
    const scrolled = await page.evaluate('document.documentElement.scrollWidth');
    expect(scrolled).toBeLessThanOrEqual(width);
    if (action === undefined) continue;
    const element = await page.waitForSelector(`::-p-aria(${action})`);
    const { x, width: own } = (await element!.boundingBox())!;
    expect(x + own).toBeLessThanOrEqual(width);
  }
  await look({});
}

/** What strangers sent is shown as text, and breaks nothing, wherever it stands. */
export function hostile(stage: Stage, tabs: Tabs): void {
  const compared = comparedRoutes(stage);
  const addressOf = (view: string, more: Record<string, string>) =>
    `${stage.gateway.url}/apisix/ui?${new URLSearchParams({ view, ...more })}`;

  it(
    'in differences: places, values, paths, ids, and the question whether to ignore one',
    async () => {
      const names = [MARKUP, INVISIBLE, 'k'.repeat(2000)];
      const bodies = [1, 2].map((value) =>
        Object.fromEntries(names.map((name) => [name, value === 1 ? name : value])),
      );
      const { id, get, reported } = await compared(json(bodies[0]), json(bodies[1]));
      const headers = { 'x-request-id': '<b>id</b>' };
      for (const path of [encodeURIComponent(MARKUP + INVISIBLE), `${'p'.repeat(2000)}?q=<b>`])
        await get(`/${path}`, { headers });
      await reported(2);
      const tab = await enter(tabs, addressOf('differences', { route: id }));
      await shows(tab.page, '2 of 2 pairs differ');
      const places = (await tab.page.evaluate(
        "[...document.querySelectorAll('section[aria-labelledby=places] th a')].map((link) => link.href)",
      )) as string[];
      expect(places).toHaveLength(names.length);
      for (const place of places) {
        await tab.page.goto(place);
        await shows(tab.page, '2 of 2 pairs differ');
        await tab.page.waitForSelector('mark');
        await holds(tab);
        await click(tab.page, 'link', 'Ignore this place');
        await tab.page.waitForSelector('dialog[open]');
        await holds(tab, 'Cancel');
        expect(await tab.violations({ within: 'dialog', rules: 'others' })).toEqual([]);
      }
      // The line does what it shows: what is invisible in it is escaped as JSON escapes it.
      await tab.page.goto(places[1]!);
      await click(tab.page, 'link', 'Ignore this place');
      await tab.page.waitForSelector('dialog[open]');
      await confirm(tab.page);
      await shows(tab.page, 'Ignored from the next pair on at');
      const route = await (await stage.gateway.admin(`admin/routes/${id}`)).json();
      expect(JSON.stringify(route)).toContain(JSON.stringify(`/${INVISIBLE}`).slice(1, -1));
      expect(tab.problems).toEqual([]);
    },
    JUDGED_WITHIN_MS,
  );

  it('in differences: values of 256 KiB', async () => {
    const { id, get, reported } = await compared(json({ a: LONG }), json({ a: `${LONG}y` }));
    await get('/long');
    expect(await reported(1)).toMatchObject({ pairs: 1, different: 1 });
    const tab = await enter(tabs, addressOf('differences', { route: id }));
    await tab.page.waitForSelector('mark');
    const size = await tab.page.evaluate("document.querySelector('main').innerHTML.length");
    expect(size).toBeLessThan(20_000);
    await holds(tab, 'Ignore this place');
    expect(tab.problems).toEqual([]);
  });

  it('in the view Now: uris, and hosts of mirrors that nobody has checked yet', async () => {
    const id = stage.fresh('hostile');
    const _meta = { disable: true };
    for (const [i, host] of [MARKUP + INVISIBLE, 'h'.repeat(900), LONG].entries())
      await stage.put(`${id}-${i}`, { host, _meta });
    const uri = `/${id}/<b>\u202e\u2066${'u'.repeat(900)}`;
    await stage.put(`${id}-uri`, {}, { uri });
    const tab = await enter(tabs, addressOf('now', { text: id }));
    await shows(tab.page, 'The host is too long to change this mirror here');
    await holds(tab, 'Pause');
    for (const resume of [0, 1]) {
      const links = await tab.page.$$('::-p-aria([name="Resume"][role="link"])');
      await links[resume]!.click();
      await shows(tab.page, 'From the next request on it gets copies again.');
      await confirm(tab.page);
      await shows(tab.page, 'Nothing was changed: failed to check the configuration');
      await holds(tab, 'Cancel');
      await leaveDialog(tab.page);
    }
    // Chromium says that a request was refused, and that is all.
    expect(tab.problems.filter((problem) => !problem.includes('status of 400'))).toEqual([]);
  });

  it('in explain: what is asked about', async () => {
    const id = stage.fresh('asked');
    await stage.put(id);
    const tab = await enter(tabs, addressOf('explain', {}));
    const ask = async (url: string, fields: string) => {
      await tab.page.evaluate(
        `document.querySelector('input[name=url]').value = ${JSON.stringify(url)};
         document.querySelector('textarea').value = ${JSON.stringify(fields)};`,
      );
      await click(tab.page, 'button', 'Explain');
    };
    await ask(`http://shop.example/${id}/${MARKUP}${'z'.repeat(3000)}`, `X-A: ${MARKUP}`);
    await shows(tab.page, `Route ${id} matches.`);
    await holds(tab, 'Explain');
    await ask(`http://shop.example/${id}`, `X-A: ${INVISIBLE}`);
    await shows(tab.page, 'expected a header value');
    const said = String(
      await tab.page.evaluate("document.querySelector('[role=alert]').innerText"),
    );
    expect(said).toContain('\\u202e');
    await ask(`http://shop.example/${id}`, `X-A: ${LONG}`);
    await shows(tab.page, 'expected at most 64 KiB');
    expect(tab.problems.filter((problem) => !problem.includes('status of 413'))).toEqual([]);
  });
}
