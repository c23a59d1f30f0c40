import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { KEY } from '../runtimes/runtime.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';

/** What a page elsewhere tries: to read, to change, to frame. Each line says what it got. */
const ATTEMPTS = /* js */ `
async function attempts(gateway, key) {
  const view = gateway + '/apisix/ui/view?view=explain';
  const report = gateway + '/apisix/admin/report';
  const tried = (promise) => promise.then((response) => response.type + ' ' + response.status, () => 'failed');
  const framed = (name, source) => new Promise((resolve) => {
    const element = document.createElement(name);
    element.onload = () => resolve(name === 'img' ? 'loaded' : readable(element));
    element.onerror = () => resolve('failed');
    element.src = source;
    document.body.append(element);
  });
  const readable = (frame) => {
    try { return frame.contentDocument === null ? 'unreadable' : 'read ' + frame.contentDocument.body.innerText; }
    catch { return 'unreadable'; }
  };
  return {
    view: await tried(fetch(view)),
    withKey: await tried(fetch(view, { headers: { 'X-API-KEY': key } })),
    blind: await tried(fetch(view, { mode: 'no-cors', credentials: 'include' })),
    remove: await tried(fetch(report, { method: 'DELETE' })),
    patch: await tried(fetch(gateway + '/apisix/admin/routes/1', { method: 'PATCH', body: '{"desc":"changed"}' })),
    post: await tried(fetch(gateway + '/apisix/admin/routes', { method: 'POST', mode: 'no-cors', body: '{"uri":"/evil"}' })),
    frame: await framed('iframe', gateway + '/apisix/ui'),
    image: await framed('img', view),
  };
}`;

/** Pages of other origins can change nothing, and read nothing. */
export function others(stage: Stage, tabs: Tabs): void {
  it('pages of other origins change nothing and read nothing', async () => {
    const elsewhere = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><body><script>${ATTEMPTS}</script>`);
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    const before = await (await stage.gateway.admin('admin/routes')).json();
    try {
      const { page } = await tabs.open(`http://127.0.0.1:${port}/`);
      const got = await page.evaluate(`attempts('${stage.gateway.url}', '${KEY}')`);
      expect(got).toEqual({
        view: 'failed',
        withKey: 'failed',
        blind: 'opaque 0',
        remove: 'failed',
        patch: 'failed',
        post: 'opaque 0',
        frame: 'unreadable',
        image: 'failed',
      });
    } finally {
      elsewhere.closeAllConnections();
      elsewhere.close();
    }
    expect(await (await stage.gateway.admin('admin/routes')).json()).toEqual(before);
  });
}
