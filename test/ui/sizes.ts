import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../runtimes/runtime.ts';
import { send } from '../support/client.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';
import { fits, isForEverybody, JUDGED_WITHIN_MS } from './looks.ts';
import { click, confirm, shows } from './tab.ts';

const MANY = 10_000;

/** A gateway without any route says in each view what to do. For the first part of a stage. */
export function none(stage: Stage, tabs: Tabs): void {
  it(
    'says what to do when there is nothing yet',
    async () => {
      const { url } = stage.gateway;
      const tab = await enter(tabs, `${url}/apisix/ui?view=now`);
      await shows(tab.page, 'There is no route yet');
      await shows(tab.page, `curl -X PUT ${url}/apisix/admin/routes/1 -H "X-API-KEY: $ADMIN_KEY"`);
      await isForEverybody(tab);
      await click(tab.page, 'link', 'Differences');
      await shows(tab.page, 'No route has a mirror.');
      await isForEverybody(tab);
      await click(tab.page, 'link', 'Explain');
      await click(tab.page, 'button', 'Explain');
      await shows(tab.page, 'No route matches: the client gets 404.');
      expect(tab.problems).toEqual([]);
    },
    JUDGED_WITHIN_MS,
  );
}

/** A gateway with as many routes as anybody has. */
export function many(runtime: TestRuntime, tabs: Tabs): void {
  let upstream: Origin;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    upstream = await origin();
    const routes = Array.from({ length: MANY }, (_, i) => ({
      id: `r${i}`,
      ...route(upstream, upstream, { uri: `/${i}/*`, plugin: { compare: true } }),
    }));
    gateway = await runtime.start({ routes });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.close();
  });

  it(
    'shows the busiest, and finds and pages through the others',
    async () => {
      const tab = await enter(tabs, `${gateway.url}/apisix/ui?view=now`);
      const { page, problems } = tab;
      await shows(page, '1 to 20 of 10,000, busiest now first');
      // Workers count from the first request for the page on.
      for (let i = 0; i < 20; i += 1) await send(gateway.url, '/7777/a');
      await page.waitForFunction("document.querySelector('.routes tbody').id === 'route-r7777'");
      expect(await tab.violations({ rules: 'others' })).toEqual([]);
      await fits(tab);
      await click(page, 'link', 'Next');
      await shows(page, '21 to 40 of 10,000');
      await page.type('input[name=text]', 'r9999');
      await page.keyboard.press('Enter');
      await shows(page, '1 row');
      const size = await page.evaluate("document.querySelector('main').innerHTML.length");
      expect(size).toBeLessThan(50_000);
      await click(page, 'link', 'Pause');
      await page.waitForSelector('dialog[open]');
      await confirm(page);
      await page.waitForSelector('::-p-aria([name="Resume"][role="link"])');
      expect(problems).toEqual([]);
    },
    JUDGED_WITHIN_MS,
  );
}
