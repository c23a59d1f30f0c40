import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { KEY } from '../../runtimes/runtime.ts';
import { type Got, type Send, send, sendRaw } from '../../support/client.ts';
import { route } from '../../support/origin.ts';
import { type AdminContext, KEPT, unchanged } from './context.ts';

const ROUTES = '/apisix/admin/routes';
const METRICS = '/apisix/prometheus/metrics';
/** What the page shows, and saves. */
const VIEWS = ['now', 'differences'].map((name) => `/apisix/ui/view?view=${name}`);
const EXPORTS = ['json', 'md', 'html'].map((ending) => `/apisix/ui/report.${ending}`);
const READ = [ROUTES, METRICS, ...VIEWS, ...EXPORTS];

function put(context: AdminContext, options: Send, host = '127.0.0.1'): Promise<Got> {
  const body = JSON.stringify(route(context.upstream, null, { uri: '/refused' }));
  const { port } = context.gateway;
  return send(`http://${host}:${port}`, `${ROUTES}/${KEPT}`, { method: 'PUT', body, ...options });
}

const jsonOf = ({ body }: Got): unknown => JSON.parse(body.toString());

/** With a key set: without it nothing can be read or changed. */
export function keyed(context: () => AdminContext): void {
  it.each([
    { what: 'no key', headers: {}, description: 'missing apikey' },
    { what: 'an empty key', headers: { 'x-api-key': '' }, description: 'missing apikey' },
    { what: 'a wrong key', headers: { 'x-api-key': 'wrong' }, description: 'wrong apikey' },
    { what: 'a longer key', headers: { 'x-api-key': `${KEY}2` }, description: 'wrong apikey' },
    { what: 'a wrong token', headers: { authorization: 'Bearer w' }, description: 'wrong apikey' },
    {
      what: 'the key as a password',
      headers: { authorization: `Basic ${KEY}` },
      description: 'missing apikey',
    },
    {
      what: 'the key in a cookie',
      headers: { cookie: `x_api_key=${KEY}` },
      description: 'missing apikey',
    },
  ])('responds with 401 to $what', async ({ headers, description }) => {
    await unchanged(context(), async () => {
      const refused = await put(context(), { headers });
      expect(refused.status).toBe(401);
      expect(jsonOf(refused)).toEqual({ error_msg: 'failed to check token', description });
      for (const path of [...READ, `${ROUTES}/${KEPT}`]) {
        expect((await send(context().gateway.url, path, { headers })).status).toBe(401);
      }
    });
  });

  it('does not take the key from the query', async () => {
    const { url } = context().gateway;
    expect((await send(url, `${ROUTES}?api_key=${KEY}`)).status).toBe(401);
  });

  it.each([
    { 'x-api-key': KEY },
    { authorization: `Bearer ${KEY}` },
    { authorization: `bearer ${KEY}` },
  ])('lets in %j', async (headers) => {
    for (const path of READ)
      expect((await send(context().gateway.url, path, { headers })).status).toBe(200);
  });
}

const CLOSED = {
  error_msg: expect.stringMatching(
    /^the control plane is closed: .*set the environment variable ADMIN_KEY/,
  ),
};

/** Requests that may come from a web page, a rebound name or a proxy in front. */
const FOREIGN: readonly { what: string; headers: Record<string, string> }[] = [
  { what: 'a name that resolves here', headers: { host: 'evil.example' } },
  { what: 'a name that looks local', headers: { host: 'localhost.evil.example:9080' } },
  { what: 'an address of the network', headers: { host: '192.0.2.1' } },
  { what: 'a web page', headers: { origin: 'http://evil.example' } },
  { what: 'a local web page', headers: { origin: 'http://127.0.0.1' } },
  { what: 'a sandboxed web page', headers: { origin: 'null' } },
  { what: 'a proxy', headers: { 'x-forwarded-for': '127.0.0.1' } },
  {
    what: 'a proxy that sets X-Forwarded-Host alone',
    headers: { 'x-forwarded-host': 'localhost' },
  },
  { what: 'a proxy of RFC 7239', headers: { forwarded: 'for=127.0.0.1' } },
  { what: 'a proxy that sets Forwarded-For alone', headers: { 'forwarded-for': '127.0.0.1' } },
  { what: 'a proxy that sets Via alone', headers: { via: '1.1 proxy' } },
  { what: 'a proxy that sets X-Real-IP alone', headers: { 'x-real-ip': '127.0.0.1' } },
  { what: 'a CDN', headers: { 'cf-connecting-ip': '127.0.0.1' } },
  { what: 'another CDN', headers: { 'true-client-ip': '127.0.0.1' } },
  { what: 'a page of another site', headers: { 'sec-fetch-site': 'cross-site' } },
  { what: 'a page of another port', headers: { 'sec-fetch-site': 'same-site' } },
  { what: 'somebody with a key', headers: { host: 'evil.example', 'x-api-key': KEY } },
];

/** Addresses of this machine that are not loopback: peers from there have no access. */
export function strangers(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

/** Without a key: a server gives access to this machine and nobody else. */
export function keylessServer(context: () => AdminContext): void {
  ownPage(context);

  it.each(FOREIGN)('responds with 403 to $what', async ({ headers }) => {
    await unchanged(context(), async () => {
      const refused = await put(context(), { headers });
      expect([refused.status, jsonOf(refused)]).toEqual([403, CLOSED]);
      for (const path of READ)
        expect((await send(context().gateway.url, path, { headers })).status).toBe(403);
    });
  });

  it('responds with 403 to a peer that is not loopback, whatever its Host', async () => {
    for (const address of strangers()) {
      const refused = await put(context(), { headers: { host: '127.0.0.1' } }, address);
      expect([refused.status, jsonOf(refused)]).toEqual([403, CLOSED]);
    }
    expect((await fetch(`${context().gateway.url}/refused`)).status).toBe(404);
  });

  it('responds with 403 to a target that names another host, whatever its Host', async () => {
    const { port } = context().gateway;
    for (const path of READ) {
      const [foreign, local] = ['evil.example', '127.0.0.1'].map(
        (name) => `GET http://${name}${path} HTTP/1.1\r\n`,
      );
      expect((await sendRaw(port, `${foreign}Host: 127.0.0.1\r\n\r\n`)).status).toBe(403);
      expect((await sendRaw(port, `${local}Host: 127.0.0.1\r\n\r\n`)).status).toBe(200);
    }
  });

  it.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])('accepts Host %s', async (host) => {
    const { url, port } = context().gateway;
    for (const path of READ) {
      const headers = { host: `${host}:${port}` };
      expect((await send(url, path, { headers })).status).toBe(200);
    }
  });
}

/** The fields that browsers send with requests of the gateway's own page. */
function ownPage(context: () => AdminContext): void {
  it.each(['127.0.0.1', 'localhost', '[::1]'])('accepts its own page on %s', async (name) => {
    const { url, port } = context().gateway;
    const host = `${name}:${port}`;
    const page = {
      origin: `http://${host}`,
      'sec-fetch-site': 'same-origin',
      referer: `http://${host}/`,
    };
    for (const path of READ)
      expect((await send(url, path, { headers: { host, ...page } })).status).toBe(200);
    const typed = { host, 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' };
    expect((await send(url, ROUTES, { headers: typed })).status).toBe(200);
  });
}

/** Without a key, Workers give no access at all: a Worker cannot recognise a local peer. */
export function keylessWorker(gateway: () => AdminContext['gateway']): void {
  it.each([
    { what: 'a local request', headers: {} },
    { what: 'some key', headers: { 'x-api-key': KEY } },
    ...FOREIGN,
  ])('responds with 403 to $what', async ({ headers }) => {
    for (const path of READ) {
      const refused = await send(gateway().url, path, { headers });
      expect(refused.status).toBe(403);
      expect(jsonOf(refused)).toEqual(CLOSED);
    }
    expect((await send(gateway().url, '/apisix/status')).status).toBe(200);
  });
}
