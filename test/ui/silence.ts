import { expect, it } from 'vitest';
import type { TestRuntime } from '../runtimes/runtime.ts';
import { route } from '../support/origin.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';
import { click, confirm, leaveDialog, shows } from './tab.ts';

const SILENT = 'The gateway does not respond.';

/** A gateway that stops while somebody looks, and comes back. */
export function silence(runtime: TestRuntime, tabs: Tabs): void {
  it('says that the gateway is silent, shows the last that it said, and goes on when it is back', async () => {
    const nowhere = { node: '127.0.0.1:1', url: 'http://127.0.0.1:1' };
    const routes = [{ id: '1', ...route(nowhere, nowhere) }];
    const before = await runtime.start({ routes });
    const { page } = await enter(tabs, `${before.url}/apisix/ui?view=now`);
    // Connections are taken, and that is all.
    before.program.signal('SIGSTOP');
    await shows(page, 'The gateway has not responded since');
    before.program.signal('SIGCONT');
    await shows(page, 'Updated every second.');

    await click(page, 'link', 'Pause');
    await page.waitForSelector('dialog[open]');
    await before.stop();
    await shows(page, 'The gateway has not responded since');
    await shows(page, 'What you see is from then. Trying again every second.');
    await page.waitForFunction("!document.body.innerText.includes('Updated every second.')");
    // Nor does a chart say "now".
    const shown = "getComputedStyle(document.querySelector('figure .live')).visibility";
    expect(await page.evaluate(shown)).toBe('hidden');
    await confirm(page);
    await shows(page, `${SILENT} Nothing is known to have changed.`);
    await leaveDialog(page);
    await shows(page, nowhere.url);

    const after = await runtime.start({ routes, env: { PORT: String(before.port) } });
    try {
      await page.waitForFunction("document.querySelector('#status').innerText === ''");
      await shows(page, 'Updated every second.');
      await shows(page, 'Pause');
    } finally {
      await after.stop();
    }
  });
}
