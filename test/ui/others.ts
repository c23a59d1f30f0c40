import { afterAll, beforeAll, expect, it } from 'vitest';
import { KEY } from '../runtimes/runtime.ts';
import { origin, type Origin } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import type { Tabs } from './browser.ts';
import { REBOUND } from './tab.ts';

/** What another page tries: to read, to change, to frame, to embed, by way of another server. Each resolves with what it got. */
const ATTEMPTS = /* js */ `
async function attempts(gateway, key, through) {
  const view = gateway + '/apisix/ui/view?view=explain';
  const admin = gateway + '/apisix/admin/';
  const tried = (promise) => promise.then((response) => response.type + ' ' + response.status, () => 'failed');
  const embedded = (name, address, source = 'src') => new Promise((resolve) => {
    const element = document.createElement(name);
    if (name === 'link') element.rel = 'stylesheet';
    element.onload = () => resolve(name === 'iframe' ? readable(() => element.contentDocument) : 'loaded');
    element.onerror = () => resolve('failed');
    element[source] = address;
    document.body.append(element);
  });
  const readable = (documentOf) => {
    try {
      const found = documentOf();
      if (found === null) return 'unreadable';
      return found.body.innerText.includes('error_msg') ? 'refused' : 'read';
    } catch { return 'unreadable'; }
  };
  const posted = (action) => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.name = 'f' + Math.random();
    document.body.append(frame);
    frame.onload = () => resolve(readable(() => frame.contentDocument));
    const form = document.createElement('form');
    Object.assign(form, { action, method: 'post', enctype: 'text/plain', target: frame.name });
    const field = document.createElement('input');
    Object.assign(field, { name: '{"uri":"/evil","x":"', value: '"}' });
    form.append(field);
    document.body.append(form);
    form.submit();
  });
  const script = gateway + '/apisix/ui/script.js';
  const registered = async (address) => {
    try {
      await navigator.serviceWorker.register(address);
      return 'registered';
    } catch { return 'failed'; }
  };
  const opened = (source) => new Promise((resolve) => {
    source.onopen = () => resolve('opened');
    source.onerror = () => (source.close(), resolve('failed'));
  });
  return {
    view: await tried(fetch(view)),
    withKey: key === null ? 'failed' : await tried(fetch(view, { headers: { 'X-API-KEY': key } })),
    blind: await tried(fetch(view, { mode: 'no-cors', credentials: 'include' })),
    remove: await tried(fetch(admin + 'report', { method: 'DELETE' })),
    patch: await tried(fetch(admin + 'routes/1', { method: 'PATCH', body: '{"desc":"changed"}' })),
    post: await tried(fetch(admin + 'routes', { method: 'POST', mode: 'no-cors', body: '{"uri":"/evil"}' })),
    form: await posted(admin + 'routes'),
    viewByForm: await posted(view),
    frame: await embedded('iframe', gateway + '/apisix/ui'),
    frameOfView: await embedded('iframe', view),
    image: await embedded('img', view),
    script: await embedded('script', gateway + '/apisix/ui/report.json'),
    style: await embedded('link', gateway + '/apisix/ui/view', 'href'),
    object: await embedded('object', view, 'data'),
    module: await import(gateway + '/apisix/admin/routes').then(() => 'read', () => 'failed'),
    serviceWorker: await registered(script),
    socket: await opened(new WebSocket(admin.replace('http', 'ws') + 'routes')),
    events: await opened(new EventSource(admin + 'report')),
    beacon: String(navigator.sendBeacon(admin + 'routes', '{"uri":"/evil"}')),
    redirected: await tried(fetch(through + admin + 'report', { method: 'DELETE' })),
    redirectedPost: await tried(fetch(through + admin + 'routes', { method: 'POST', mode: 'no-cors', body: '{"uri":"/evil"}' })),
    redirectedForm: await posted(through + admin + 'routes'),
  };
}`;

/** What a page of another origin gets: browsers show it nothing, whatever the response is. */
const NOTHING = {
  view: 'failed',
  withKey: 'failed',
  blind: 'opaque 0',
  remove: 'failed',
  patch: 'failed',
  post: 'opaque 0',
  form: 'unreadable',
  viewByForm: 'unreadable',
  frame: 'unreadable',
  frameOfView: 'unreadable',
  image: 'failed',
  script: 'failed',
  style: 'failed',
  object: 'failed',
  module: 'failed',
  serviceWorker: 'failed',
  socket: 'failed',
  events: 'failed',
  beacon: 'true',
  redirected: 'failed',
  redirectedPost: 'opaque 0',
  redirectedForm: 'unreadable',
};

/**
 * Pages of other origins can change nothing, and read nothing.
 *
 * @param refusal status of what a page gets whose name leads to the gateway: a browser takes it for that page's own
 */
export function others(stage: Stage, tabs: Tabs, refusal: 401 | 403): void {
  let elsewhere: Origin;
  beforeAll(async () => {
    elsewhere = await origin(({ url }, response) => {
      response.setHeader('access-control-allow-origin', '*');
      if (url.startsWith('/to?')) response.writeHead(307, { location: url.slice(4) });
      response.end();
    });
  });
  afterAll(() => elsewhere.close());

  /** What a page at an address gets from the gateway, in which nothing has changed afterwards. */
  async function got(address: string, gateway: string, key: string | null): Promise<unknown> {
    const state = async () => (await stage.gateway.admin('admin/routes')).text();
    const before = await state();
    const { page } = await tabs.open(address);
    const through = `${elsewhere.url}/to?`;
    const result = await page.evaluate(
      `${ATTEMPTS}\nattempts(${JSON.stringify(gateway)}, ${JSON.stringify(key)}, ${JSON.stringify(through)})`,
    );
    expect(await state()).toBe(before);
    return result;
  }

  it.each([
    ['another port', '127.0.0.1'],
    ['another site', REBOUND],
  ])('a page of %s changes nothing and reads nothing', async (_, name) => {
    expect(await got(`http://${name}:${elsewhere.port}/`, stage.gateway.url, KEY)).toEqual(NOTHING);
  });

  it('a page whose name leads here changes nothing and reads nothing', async () => {
    const gateway = `http://${REBOUND}:${stage.gateway.port}`;
    const status = `basic ${refusal}`;
    expect(await got(`${gateway}/of/its/own`, gateway, null)).toEqual({
      ...NOTHING,
      view: status,
      blind: status,
      remove: status,
      patch: status,
      post: status,
      form: 'refused',
      viewByForm: 'refused',
      redirectedForm: 'refused',
      frameOfView: 'refused',
      // With a key the page itself opens without it, though not in a frame; there is nothing in it.
      frame: refusal === 401 ? 'unreadable' : 'refused',
    });
  });
}
