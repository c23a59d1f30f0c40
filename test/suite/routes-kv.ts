import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayProcess } from '../runtimes/runtime.ts';
import { seed, stored, workers } from '../runtimes/workers.ts';
import { logged } from '../support/log.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { until } from '../support/until.ts';

/** Routes in KV: the value of one key is the document. Workers only. */
export function routesKv(): void {
  let upstream: Origin;
  let folder: string;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    upstream = await origin();
  });
  afterAll(() => upstream.close());

  const at = (id: string) => ({ id, ...route(upstream, null, { uri: `/${id}` }) });
  const statusOf = async (path: string) => (await fetch(gateway.url + path)).status;

  function started(document: () => string): void {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-kv-'));
      gateway = await workers.start({ folder, document: document(), env: { ROUTES_TTL: '1' } });
    });
    afterAll(async () => {
      await gateway.stop();
      await rm(folder, { recursive: true });
    });
  }

  describe('a document in KV', () => {
    started(() => JSON.stringify({ $schema: 'kept', routes: [at('b'), at('a')] }, null, 2));

    it('is served', async () => {
      expect([await statusOf('/a'), await statusOf('/b'), await statusOf('/c')]).toEqual([
        200, 200, 404,
      ]);
      expect((await fetch(`${gateway.url}/apisix/status/ready`)).status).toBe(200);
    });

    it('is replaced by another within its cache lifetime', async () => {
      await seed(folder, JSON.stringify({ $schema: 'kept', routes: [at('later'), at('a')] }));
      await until(async () => (await statusOf('/later')) === 200, 20_000, '/later to be served');
      expect(await statusOf('/b')).toBe(404);
    });

    it('stays in force when an invalid one is written', async () => {
      const failures = async () =>
        (await gateway.metrics()).get('gateway_route_reloads_total{result="failure"}') ?? 0;
      const good = await stored(folder);
      await seed(folder, '{"routes":[');
      await until(async () => (await failures()) > 0, 20_000, 'the failure to be counted');
      expect(await statusOf('/a')).toBe(200);
      await seed(folder, good);
    });

    it('holds what the admin API wrote, for readers of KV and for new isolates', async () => {
      const body = JSON.stringify(route(upstream, null, { uri: '/written' }));
      const put = () => gateway.admin('admin/routes/written', { method: 'PUT', body });
      // A write is accepted once the valid document is back.
      await until(async () => (await put()).ok, 20_000, 'a write to be taken');
      expect(await statusOf('/written')).toBe(200);
      const { value } = (await (await gateway.admin('admin/routes/written')).json()) as {
        value: object;
      };
      expect(JSON.parse(await stored(folder))).toEqual({
        $schema: 'kept',
        routes: [at('later'), at('a'), value],
      });

      await gateway.stop();
      gateway = await workers.start({ folder });
      expect(await statusOf('/written')).toBe(200);
    });
  });

  describe('an invalid document', () => {
    started(() => JSON.stringify({ routes: [at('a'), { id: '7', uri: '/b', pluginz: {} }] }));

    it('is not used, and the log says what is wrong with it', async () => {
      expect((await fetch(`${gateway.url}/apisix/status`)).status).toBe(200);
      expect((await fetch(`${gateway.url}/apisix/status/ready`)).status).toBe(503);
      const refused = await fetch(`${gateway.url}/a`);
      expect([refused.status, await refused.text()]).toEqual([
        503,
        '{"error_msg":"503 Service Unavailable"}\n',
      ]);
      const errors = () => logged(gateway.program).filter(({ level }) => level === 'ERROR');
      await until(() => errors().length > 0, 20_000, 'the faults in the log');
      expect(errors()[0]!.properties).toEqual({
        place: 'KV binding ROUTES',
        faults: [
          'routes[1] (id "7"): pluginz: additional properties forbidden, found pluginz (did you mean "plugins"?)',
          expect.stringMatching(/^routes\[1\] \(id "7"\): object matches none of the required/),
        ],
      });
    });

    it('recovers when the document is corrected', async () => {
      await seed(folder, JSON.stringify({ routes: [at('a')] }));
      await until(async () => (await statusOf('/a')) === 200, 20_000, '/a to be served');
      expect((await fetch(`${gateway.url}/apisix/status/ready`)).status).toBe(200);
    });
  });
}
