import { expect, it, vi } from 'vitest';
import { controlPlane } from '../../src/control-plane.ts';
import { createGateway } from '../../src/gateway.ts';

const gateway = createGateway({ routes: [], adminKey: 'secret' });
const ask = async (path: string, method = 'GET', headers: Record<string, string> = {}) =>
  gateway.fetch(new Request(`http://localhost${path}`, { method, headers }));
const withKey = { 'X-API-KEY': 'secret' };

it.each([
  '/apisix/admin',
  '/apisix/admin/',
  '/apisix/admin/routes',
  '/apisix/admin/nothing',
  '/apisix/admin/schema/validate/routes',
  '/apisix/admin/explain',
  '/apisix/admin/report',
  '/apisix//admin/report',
  '/apisix/%61dmin/report',
  '/apisix/x/../admin/report',
  '/apisix/prometheus/metrics',
  '/apisix/prometheus/nothing',
])('%s asks for the key before anything else, whatever the method', async (path) => {
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const response = await ask(path, method);
    expect([method, response.status]).toEqual([method, 401]);
    expect(response.headers.get('x-api-version')).toBe(null);
  }
});

it.each([
  ['GET', '/apisix/status', 200],
  ['GET', '/apisix/status/ready', 200],
  ['GET', '/apisix/prometheus/metrics', 200],
  ['GET', '/apisix/admin/report', 200],
  ['DELETE', '/apisix/admin/report', 200],
  ['GET', '/apisix/admin/routes', 200],
  ['POST', '/apisix/admin/explain', 400],
  // What has no such method there is nothing, or a resource that the admin API does not know.
  ['POST', '/apisix/status', 404],
  ['constructor', '/apisix/status', 404],
  ['GET', '/apisix/status/', 404],
  ['GET', '/apisix/admin/explain', 404],
  ['PUT', '/apisix/admin/report', 404],
  ['GET', '/apisix', 404],
  ['GET', '/apisix/nothing', 404],
])('%s %s: %i', async (method, path, status) => {
  const response = await ask(path, method, withKey);
  expect(response.status).toBe(status);
  await response.text();
});

it.each(['/apisix/status', '/apisix/admin/routes', '/apisix/admin/report', '/apisix/nothing'])(
  'HEAD %s: the fields of GET without the body',
  async (path) => {
    const [get, head] = [await ask(path, 'GET', withKey), await ask(path, 'HEAD', withKey)];
    expect(head.status).toBe(get.status);
    expect([...head.headers]).toEqual([...get.headers]);
    expect(await head.text()).toBe('');
    await get.text();
  },
);

it('responds with 500 to what fails, and logs why', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const error = new Error('broken');
  const broken = controlPlane({
    adminKey: 'secret',
    runtime: { name: 'test' },
    live: { load: () => Promise.reject(error) },
    telemetry: {},
    report: {},
  } as unknown as Parameters<typeof controlPlane>[0]);
  const response = await broken(new Request('http://localhost/apisix/admin/routes'), {});
  expect([response.status, await response.text()]).toEqual([
    500,
    '{"error_msg":"500 Internal Server Error"}\n',
  ]);
  expect(log).toHaveBeenCalledWith(error);
  log.mockRestore();
});
