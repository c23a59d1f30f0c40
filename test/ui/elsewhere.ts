import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isDisabled, type MirrorConfig } from '../../src/config/proxy-mirror.ts';
import type { RouteConfig } from '../../src/config/route.ts';
import type { GatewayProcess, TestRuntime } from '../runtimes/runtime.ts';
import { seed } from '../runtimes/workers.ts';
import type { Tabs } from './browser.ts';
import { enter } from './key.ts';
import { click, confirm, shows } from './tab.ts';

const [A, B] = ['http://a.example', 'http://b.example'];

const documentWith = (mirrors: readonly object[]) =>
  JSON.stringify({
    routes: [
      {
        id: 'shared',
        uri: '/*',
        upstream: { nodes: { '127.0.0.1:1999': 1 } },
        plugins: { 'proxy-mirror': { mirrors } },
      },
    ],
  });

/** Others write the routes, too: the file, or the document in KV, while the page shows what it was. */
export function elsewhere(runtime: TestRuntime, tabs: Tabs): void {
  let folder: string;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-elsewhere-'));
    const document = documentWith([{ host: A }, { host: B }]);
    // Longer than this test takes: an isolate learns of other writes late.
    gateway = await runtime.start({ folder, document, env: { ROUTES_TTL: '60' } });
  });
  afterAll(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true });
  });

  const write = (document: string) =>
    gateway.file === null ? seed(folder, document) : writeFile(gateway.file, document);

  async function paused(): Promise<string[]> {
    const response = await gateway.admin('admin/routes/shared');
    const { value } = (await response.json()) as { value: RouteConfig };
    const mirrors = value.plugins!['proxy-mirror']!.mirrors as readonly MirrorConfig[];
    return mirrors.filter(isDisabled).map(({ host }) => host!);
  }

  it('changes the mirror that was meant, wherever it has gone, and says when there is none', async () => {
    const { page } = await enter(tabs, `${gateway.url}/apisix/ui?view=now&text=${B}`);
    await shows(page, B);
    await write(documentWith([{ host: 'http://new.example' }, { host: A }, { host: B }]));
    await click(page, 'link', 'Pause');
    await shows(page, '/mirrors/2/_meta/disable');

    // While somebody reads the question, another one writes.
    await write(documentWith([{ host: B }, { host: A }]));
    await confirm(page);
    await shows(page, 'The routes have changed meanwhile.');
    await shows(page, '/mirrors/0/_meta/disable');
    expect(await paused()).toEqual([]);
    await confirm(page);
    await shows(page, `Paused: the mirror ${B} of route shared gets no copies from now on.`);
    expect(await paused()).toEqual([B]);

    await click(page, 'link', 'Resume');
    await page.waitForSelector('dialog[open]');
    await write('{"routes":[]}');
    await confirm(page);
    await shows(page, 'Route shared no longer has this mirror: it was changed or deleted');
  });
}

/** A routes file that cannot be written, not even by root: the name of the file beside it would be too long. */
export function unwritable(runtime: TestRuntime, tabs: Tabs): void {
  it('says that a change cannot be written, and shows what still holds', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-unwritable-'));
    const file = join(folder, `${'routes'.repeat(40)}.json`);
    await writeFile(file, documentWith([{ host: A, compare: true }]));
    const gateway = await runtime.start({ folder, env: { ROUTES: file } });
    try {
      const { page } = await enter(tabs, `${gateway.url}/apisix/ui?view=now`);
      await click(page, 'link', 'Pause');
      await page.waitForSelector('dialog[open]');
      await confirm(page);
      await shows(page, 'Nothing was changed: expected a folder that can be written to');
      await click(page, 'button', 'Cancel');
      await page.waitForSelector('::-p-aria([name="Pause"][role="link"])');
      expect(await page.evaluate('document.body.innerText')).not.toContain('Paused: ');
      const routes = (await (await gateway.admin('admin/routes')).json()) as {
        list: readonly { value: RouteConfig }[];
      };
      expect(routes.list[0]!.value.plugins!['proxy-mirror']!.mirrors).toEqual([
        { host: A, compare: true },
      ]);
    } finally {
      await gateway.stop();
      await rm(folder, { recursive: true });
    }
  });
}
