import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayProcess, KEY, type TestServerRuntime } from '../runtimes/runtime.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { conversation } from './strictness/conversation.ts';

const CONTROL = [
  'status',
  'status/ready',
  'admin/routes',
  'admin/report',
  'prometheus/metrics',
  'ui',
] as const;

/** A control plane with a port of its own. */
export function adminPort(runtime: TestServerRuntime): void {
  describe.each([
    ['with a key', KEY],
    ['without a key', null],
  ] as const)('%s', (_, adminKey) => {
    let gateway: GatewayProcess;
    let upstream: Origin;
    let port: number;
    const headers = adminKey === null ? {} : { 'x-api-key': adminKey };
    const ask = (to: number, path: string, init: RequestInit = {}) =>
      fetch(`http://127.0.0.1:${to}${path}`, { ...init, headers });

    beforeAll(async () => {
      upstream = await origin();
      const routes = [{ id: '1', ...route(upstream, undefined, { uri: '/*' }) }];
      gateway = await runtime.start({ routes, adminKey, env: { ADMIN_PORT: '0' } });
      port = adminPortOf(gateway);
    });
    afterAll(() => Promise.all([gateway.stop(), upstream.close()]));

    it.each(CONTROL)('has /apisix/%s there, and not on the other', async (path) => {
      const there = await ask(port, `/apisix/${path}`);
      expect([there.status, (await there.text()).length > 0]).toEqual([200, true]);
      const elsewhere = await ask(gateway.port, `/apisix/${path}`);
      expect([elsewhere.status, await elsewhere.text()]).toEqual([
        404,
        '{"error_msg":"404 Route Not Found"}\n',
      ]);
    });

    it('forwards requests on the other, and none there', async () => {
      expect((await ask(gateway.port, '/forwarded')).status).toBe(200);
      expect((await ask(port, '/not-forwarded')).status).toBe(404);
      const urls = upstream.seen.map(({ url }) => url);
      expect(urls).toContain('/forwarded');
      expect(urls.filter((url) => url?.includes('not-forwarded'))).toEqual([]);
    });

    it('is not reached by another spelling of its paths', async () => {
      for (const target of [
        '/x/../apisix/status',
        '/%61pisix/status',
        '/apisix/./status',
        '/apisix',
      ]) {
        const text = `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
        expect(await conversation(gateway.port, text)).not.toContain('"status":"ok"');
      }
      const seen = upstream.seen.length;
      const forwarded = 'GET /apisix/../forwarded HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
      expect(await conversation(port, forwarded)).toMatch(/^HTTP\/1\.1 404 /);
      expect(upstream.seen.length).toBe(seen);
    });

    it('changes what the other does', async () => {
      const changed = await ask(port, '/apisix/admin/routes/2', {
        method: 'PUT',
        body: JSON.stringify({ uri: '/gone', upstream: { nodes: { '127.0.0.1:1': 1 } } }),
      });
      expect(changed.status).toBe(201);
      expect((await ask(gateway.port, '/gone')).status).toBe(502);
    });
  });
}

/** The second port of the line that says where the gateway listens. */
function adminPortOf({ program }: GatewayProcess): number {
  const [, found] = /the control plane on http:\/\/[^\s"]*:(\d+)/.exec(program.stdout()) ?? [];
  return Number(found);
}
