import { expect, it } from 'vitest';
import { route } from '../../support/origin.ts';
import { until } from '../../support/until.ts';
import { type AdminContext, ask } from './context.ts';

/** Envelopes and statuses of APISIX's admin API, version v3, and the effect of each write on the next request. */
export function writes(context: () => AdminContext): void {
  const at = (uri: string, more: object = {}) =>
    route(context().upstream, null, { uri, route: more });
  const statusOf = async (path: string) => (await fetch(context().gateway.url + path)).status;

  /** Removes routes that an earlier try of the test left. */
  async function without(...ids: string[]): Promise<void> {
    await Promise.all(ids.map((id) => ask(context().gateway, 'DELETE', `/${id}`)));
  }

  it('creates with 201, replaces with 200, reads and deletes, each in force for the next request', async () => {
    const { gateway } = context();
    await without('w1');
    const times = { create_time: expect.any(Number), update_time: expect.any(Number) };
    const created = await ask(gateway, 'PUT', '/w1', at('/w1'));
    expect(await statusOf('/w1')).toBe(200);
    expect([created.status, created.json]).toEqual([
      201,
      { key: '/apisix/routes/w1', value: { ...at('/w1'), id: 'w1', ...times } },
    ]);
    expect(created.headers.get('content-type')).toBe('application/json');
    expect(created.headers.get('x-api-version')).toBe('v3');
    expect(created.text).toMatch(/\n$/);

    const replaced = await ask(gateway, 'PUT', '/w1', at('/w1-new'));
    expect([await statusOf('/w1'), await statusOf('/w1-new')]).toEqual([404, 200]);
    expect(replaced.status).toBe(200);
    expect(replaced.json.value.create_time).toBe(created.json.value.create_time);

    const read = await ask(gateway, 'GET', '/w1');
    expect([read.status, read.json]).toEqual([
      200,
      { ...replaced.json, createdIndex: expect.any(Number), modifiedIndex: expect.any(Number) },
    ]);
    expect(read.json.modifiedIndex).toBeGreaterThan(read.json.createdIndex);

    const deleted = await ask(gateway, 'DELETE', '/w1');
    expect(await statusOf('/w1-new')).toBe(404);
    expect([deleted.status, deleted.json]).toEqual([
      200,
      { deleted: '1', key: '/apisix/routes/w1' },
    ]);
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      const gone = await ask(
        gateway,
        method,
        '/w1',
        method === 'PATCH' ? { desc: 'a' } : undefined,
      );
      expect([gone.status, gone.json]).toEqual([404, { message: 'Key not found' }]);
    }
  });

  it('takes the id from the body of a PUT, with its type', async () => {
    await without('77');
    const { status, json } = await ask(context().gateway, 'PUT', '', { ...at('/w2'), id: 77 });
    expect([status, json.key, json.value.id]).toEqual([201, '/apisix/routes/77', 77]);
    expect(await statusOf('/w2')).toBe(200);
    expect((await ask(context().gateway, 'DELETE', '/77')).status).toBe(200);
  });

  it('creates a route under a generated id with POST', async () => {
    const { gateway } = context();
    const first = await ask(gateway, 'POST', '', at('/w3'));
    const second = await ask(gateway, 'POST', '', at('/w3-second'));
    expect([first.status, second.status]).toEqual([201, 201]);
    expect([await statusOf('/w3'), await statusOf('/w3-second')]).toEqual([200, 200]);
    const [a, b] = [first, second].map(({ json }) => json.value.id as string);
    expect([a, b]).toEqual([expect.stringMatching(/^\d{20}$/), expect.stringMatching(/^\d{20}$/)]);
    expect(b! > a!).toBe(true);
    for (const id of [a, b]) await ask(gateway, 'DELETE', `/${id}`);
  });

  it('merges a PATCH deeply: null deletes, lists are replaced', async () => {
    const { gateway } = context();
    const methods = ['GET', 'HEAD'];
    await ask(gateway, 'PUT', '/w4', at('/w4', { desc: 'a', labels: { x: '1', y: '2' }, methods }));
    const change = { desc: null, labels: { x: null, z: '3' }, methods: ['POST'] };
    const patched = await ask(gateway, 'PATCH', '/w4', change);
    expect([await statusOf('/w4'), patched.status]).toEqual([404, 200]);
    expect(patched.json.value).toMatchObject({ labels: { y: '2', z: '3' }, methods: ['POST'] });
    expect(patched.json.value).not.toHaveProperty('desc');
    expect(patched.json.value.labels).not.toHaveProperty('x');
    expect((await ask(gateway, 'GET', '/w4')).json.value).toEqual(patched.json.value);
  });

  it('replaces one attribute with PATCH of its path', async () => {
    const { gateway, upstream } = context();
    const mirror = { url: 'http://127.0.0.1:9' };
    await gateway.put('w5', route(upstream, mirror, { uri: '/w5', plugin: { sample_ratio: 0.5 } }));
    const plugin = { host: 'http://127.0.0.1:10' };
    const patched = await ask(gateway, 'PATCH', '/w5/plugins/proxy-mirror', plugin);
    expect([patched.status, patched.json.value.plugins]).toEqual([200, { 'proxy-mirror': plugin }]);
    expect((await ask(gateway, 'PATCH', '/w5/status', 0)).status).toBe(200);
    expect(await statusOf('/w5')).toBe(404);
    expect((await ask(gateway, 'PATCH', '/w5/status', 1)).status).toBe(200);
    expect(await statusOf('/w5')).toBe(200);
  });

  it('keeps every one of many concurrent writes', async () => {
    const { gateway } = context();
    const ids = Array.from({ length: 24 }, (_, i) => `many-${i}`);
    await without(...ids);
    const responses = await Promise.all(
      ids.map((id) => ask(gateway, 'PUT', `/${id}`, at(`/${id}`))),
    );
    expect(responses.map(({ status }) => status)).toEqual(ids.map(() => 201));
    expect(await Promise.all(ids.map((id) => statusOf(`/${id}`)))).toEqual(ids.map(() => 200));
    const deletions = ids.slice(12).map((id) => ask(gateway, 'DELETE', `/${id}`));
    const patches = ids.slice(0, 12).map((id) => ask(gateway, 'PATCH', `/${id}/desc`, '"new"'));
    const changed = await Promise.all([...deletions, ...patches]);
    expect(changed.map(({ status }) => status)).toEqual(ids.map(() => 200));
    const { json } = await ask(gateway, 'GET', '?uri=%5E/many-');
    const found = Object.fromEntries(json.list.map(({ value }: any) => [value.id, value.desc]));
    expect(found).toEqual(Object.fromEntries(ids.slice(0, 12).map((id) => [id, 'new'])));
  });

  it('pages the list by 10 and more', async () => {
    const { gateway } = context();
    const first = await ask(gateway, 'GET', '?page=1&page_size=10&uri=%5E/many-');
    const second = await ask(gateway, 'GET', '?page=2&page_size=10&uri=%5E/many-');
    expect([first.json.list.length, first.json.total]).toEqual([10, 12]);
    expect([second.json.list.length, second.json.total]).toEqual([2, 12]);
    const keys = [...first.json.list, ...second.json.list].map(({ key }) => key);
    expect(new Set(keys).size).toBe(12);
    const small = await ask(gateway, 'GET', '?page=1&page_size=5');
    expect([small.status, small.json]).toEqual([
      400,
      { error_msg: 'page_size must be between 10 and 500' },
    ]);
  });

  it('removes a route when its ttl is over', async () => {
    const { gateway } = context();
    await without('w6');
    expect((await ask(gateway, 'PUT', '/w6?ttl=1', at('/w6'))).status).toBe(201);
    await until(async () => (await statusOf('/w6')) === 404, 20_000, 'the route to expire');
    expect((await ask(gateway, 'GET', '/w6')).json).toEqual({ message: 'Key not found' });
    // A write without ttl makes the route permanent again, under the same id.
    expect((await ask(gateway, 'PUT', '/w6', at('/w6'))).status).toBe(201);
    expect(await statusOf('/w6')).toBe(200);
  });

  it('checks without storing', async () => {
    const { gateway } = context();
    const init = { method: 'POST', body: JSON.stringify(at('/w7')) };
    const checked = await gateway.admin('admin/schema/validate/routes', init);
    expect([checked.status, await checked.text()]).toEqual([200, '']);
    expect(await statusOf('/w7')).toBe(404);
  });
}
