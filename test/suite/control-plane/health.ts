import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { readExposition } from '../../support/exposition.ts';
import { send } from '../../support/client.ts';
import { route } from '../../support/origin.ts';
import { type AdminContext, read } from './context.ts';

/** Status, readiness and metrics, and which paths belong to the control plane. */
export function health(context: () => AdminContext): void {
  it('shows its status and readiness without a key', async () => {
    const { url, runtime } = context().gateway;
    const status = await read(await fetch(`${url}/apisix/status`));
    expect([status.status, status.json]).toEqual([200, { status: 'ok', runtime }]);
    const ready = await read(await fetch(`${url}/apisix/status/ready`));
    expect([ready.status, ready.json]).toEqual([200, { status: 'ok' }]);
  });

  it('shows metrics in the text format of Prometheus', async () => {
    const { gateway, upstream } = context();
    const odd = 'odd "name"\\';
    // Counters outlive a route, and a retry of this test would see those of the first try.
    const id = randomUUID();
    const uri = `/${id}`;
    await gateway.put(id, route(upstream, null, { uri, route: { name: odd } }));
    expect((await fetch(gateway.url + uri, { method: 'POST', body: 'a' })).status).toBe(200);
    const response = await gateway.admin('prometheus/metrics');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(readExposition(text)).not.toEqual([]);
    expect(text).toContain(`\ngateway_requests_total{route="${id}",method="POST",code="200"} 1\n`);
    expect(text).toContain(
      `\ngateway_request_duration_seconds_bucket{route="${id}",le="+Inf"} 1\n`,
    );
    expect(text).toMatch(/\ngateway_routes [1-9]\d*\n/);
    expect(text).toMatch(/\ngateway_route_reloads_total\{result="success"\} [1-9]\d*\n/);
  });

  it.each([
    '/apisix/admin/services',
    '/apisix/admin',
    '/apisix/',
    '/apisix/nothing',
    '/apisix/status/x',
  ])('serves %s itself, whatever the routes say', async (path) => {
    const { gateway, upstream } = context();
    await gateway.put('all', route(upstream, null, { uri: '/apisix/*' }));
    const headers = { 'x-api-key': 'test-key' };
    const response = await read(await fetch(gateway.url + path, { headers }));
    expect(response.status).toBe(404);
    expect(response.json).toEqual({ error_msg: expect.any(String) });
    expect(upstream.seen.filter(({ url }) => url.startsWith('/apisix'))).toEqual([]);
  });

  it.each([
    ['/apisix/status', 200],
    ['//apisix/./status/ready', 200],
    ['/%61pisix/prometheus/metrics', 401],
    ['/apisix/admin/routes', 401],
    ['/apisix/status/x', 404],
    ['/apisix?x', 404],
  ])('responds to HEAD %s with %i, whatever the routes say', async (target, status) => {
    const { gateway, upstream } = context();
    await gateway.put('all', route(upstream));
    const asked = (method: string) => send(gateway.url, target, { method });
    const [head, get] = [await asked('HEAD'), await asked('GET')];
    expect([head.status, get.status, head.body.length]).toEqual([status, status, 0]);
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
    expect(upstream.seen.filter(({ url }) => /pisix/.test(url))).toEqual([]);
  });

  it('says which methods are allowed', async () => {
    const response = await context().gateway.admin('admin/routes/1', { method: 'OPTIONS' });
    expect([response.status, response.headers.get('allow')]).toEqual([
      405,
      'GET, HEAD, PUT, POST, PATCH, DELETE',
    ]);
  });
}
