import { afterEach, beforeEach, expect, it } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../runtimes/runtime.ts';
import { origin, type Origin } from '../support/origin.ts';
import { until } from '../support/until.ts';

/** The README's example, step by step: create a route, see the copy, switch it off without a restart. */
export function walkThrough(runtime: TestRuntime): void {
  let gateway: GatewayProcess;
  let upstream: Origin;
  let mirror: Origin;

  beforeEach(async () => {
    [gateway, upstream, mirror] = await Promise.all([runtime.start(), origin(), origin()]);
  });
  afterEach(async () => {
    await Promise.all([gateway.stop(), upstream.close(), mirror.close()]);
  });

  function put(plugins: object): Promise<Response> {
    return gateway.admin('admin/routes/1', {
      method: 'PUT',
      body: JSON.stringify({
        plugins,
        upstream: { nodes: { [upstream.node]: 1 }, type: 'roundrobin' },
        uri: '/hello',
      }),
    });
  }

  it('is what the README says', async () => {
    const plugins = { 'proxy-mirror': { host: mirror.url } };
    expect((await put(plugins)).status).toBe(201);
    expect((await put(plugins)).status).toBe(200);

    const response = await fetch(`${gateway.url}/hello?a=1`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('GET /hello?a=1\n');
    await until(() => mirror.seen.length === 1);
    expect(mirror.seen[0]).toMatchObject({ method: 'GET', url: '/hello?a=1' });

    // Copying stops with the next request after the plugin is removed.
    expect((await put({})).status).toBe(200);
    expect((await fetch(`${gateway.url}/hello`)).status).toBe(200);
    // Copies reach a mirror in order, so a later copy proves that the request before caused none.
    await put(plugins);
    await fetch(`${gateway.url}/hello?last`);
    await until(() => mirror.seen.some(({ url }) => url === '/hello?last'));
    expect(mirror.seen.map(({ url }) => url)).toEqual(['/hello?a=1', '/hello?last']);
  });
}
