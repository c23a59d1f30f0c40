import { beforeEach, describe, expect, it } from 'vitest';
import { adminApi } from '../../../src/admin/api.ts';
import type { Endpoint } from '../../../src/http/endpoint.ts';
import { StoreError } from '../../../src/stores/error.ts';
import { liveTable } from '../../../src/stores/live.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import type { Store } from '../../../src/stores/store.ts';
import { documentOf, idsOf, route } from '../stores/routes.ts';

let clock: number;
let store: Store;
let admin: Endpoint;

async function serve(home: Store, load = true) {
  store = home;
  const now = () => clock;
  const live = liveTable({
    store,
    compile: (document) => {
      if (idsOf(document).includes('uncompilable')) throw new Error('no table');
      return document;
    },
    onReload: () => undefined,
    now,
  });
  if (load) await live.refresh();
  admin = adminApi({ live, now });
}

beforeEach(() => {
  clock = 1_700_000_000_500;
  return serve(memoryStore(documentOf()));
});

async function request(path: string, init: RequestInit): Promise<Response> {
  return admin(new Request(`http://localhost${path}`, init));
}

const time = 1_700_000_000;
const body = { uri: '/hello', upstream: { type: 'roundrobin', nodes: { '127.0.0.1:1980': 1 } } };

async function ask(line: string, sent?: unknown, raw = false) {
  const [method, path] = line.split(' ') as [string, string];
  const response = await request(`/apisix/admin${path}`, {
    method,
    ...(sent === undefined ? {} : { body: raw ? (sent as string) : JSON.stringify(sent) }),
  });
  const text = await response.text();
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('access-control-allow-origin')).toBe(null);
  if (text !== '') expect(text).toMatch(/\n$/);
  const version = response.headers.get('x-api-version');
  return { status: response.status, text, json: text === '' ? null : JSON.parse(text), version };
}

it('creates, reads, replaces and deletes a route', async () => {
  const value = { ...body, id: '1', create_time: time, update_time: time };
  expect(await ask('PUT /routes/1', body)).toMatchObject({
    status: 201,
    json: { key: '/apisix/routes/1', value },
    version: 'v3',
  });
  expect((await ask('GET /routes/1')).json).toEqual({
    key: '/apisix/routes/1',
    value,
    createdIndex: 1,
    modifiedIndex: 1,
  });
  clock += 10_000;
  const replaced = { ...value, uri: '/new', update_time: time + 10 };
  expect(await ask('PUT /routes/1', { ...body, uri: '/new' })).toMatchObject({
    status: 200,
    json: { key: '/apisix/routes/1', value: replaced },
  });
  expect((await ask('GET /routes/1')).json).toMatchObject({ createdIndex: 1, modifiedIndex: 2 });
  expect(await ask('DELETE /routes/1')).toMatchObject({
    status: 200,
    text: '{"deleted":"1","key":"/apisix/routes/1"}\n',
    version: 'v3',
  });
  expect((await ask('GET /routes')).text).toBe('{"list":[],"total":0}\n');
});

it('takes the id of a PUT from the body, with its type', async () => {
  expect((await ask('PUT /routes', { ...body, id: 5 })).json).toMatchObject({
    key: '/apisix/routes/5',
    value: { id: 5 },
  });
  expect((await ask('PUT /routes/5', { ...body, id: 5 })).json.value.id).toBe('5');
  expect((await store.load()).routes).toHaveLength(1);
});

it('answers HEAD like GET', async () => {
  expect(await ask('HEAD /routes')).toMatchObject({ status: 200 });
  expect(await ask('HEAD /routes/9')).toMatchObject({ status: 404 });
});

it('gives POSTed routes ids of 20 digits that sort by creation', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    const { status, json } = await ask('POST /routes', body);
    expect(status).toBe(201);
    expect(json.key).toBe(`/apisix/routes/${json.value.id}`);
    ids.push(json.value.id);
    clock -= 1;
  }
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^\d{20}$/);
});

const forbidden = 'the property is forbidden: ';
const notNumber = 'invalid argument ttl: should be a number';

describe('refusals', () => {
  it.each<[string, unknown, number, string, boolean]>([
    ['PUT /routes/1', undefined, 400, 'missing configurations', true],
    ['POST /routes', undefined, 400, 'missing configurations', true],
    ['PUT /routes', body, 400, 'missing route id', true],
    ['PUT /routes/1', { ...body, id: '2' }, 400, 'wrong route id', true],
    ['POST /routes', { ...body, id: 1 }, 400, 'wrong route id, do not need it', true],
    ['POST /routes/1', body, 400, 'wrong route id, do not need it', true],
    ['PUT /routes/1', { ...body, create_time: 1 }, 400, `${forbidden} create_time`, true],
    ['POST /routes', { ...body, update_time: 1 }, 400, `${forbidden} update_time`, true],
    ['DELETE /routes', undefined, 400, 'missing route id', true],
    ['DELETE /routes/1/uri', undefined, 400, 'invalid sub-path: /uri', true],
    ['PATCH /routes', {}, 400, 'missing route id', true],
    ['PATCH /routes/x', undefined, 400, 'missing new configuration', true],
    ['PATCH /routes/x', [], 400, 'invalid configuration', true],
    ['PATCH /routes/x', 5, 400, 'invalid configuration', true],
    ['PATCH /routes/x', null, 400, 'invalid configuration', true],
    ['PATCH /routes/x', { id: 'y' }, 400, 'wrong route id', true],
    ['PATCH /routes/x/uri/a', 1, 400, 'invalid sub-path: /uri', true],
    ['PATCH /routes/x/uri/a/b', 1, 400, 'invalid sub-path: /uri', true],
    ['PATCH /routes/x/labels', null, 400, '', true],
    ['PATCH /routes/x', { __proto__: null, uri: null }, 400, '', true],
    ['PUT /routes/1', { ...body, host: 'a', hosts: ['b'] }, 400, 'only one of host or hosts', true],
    ['PUT /routes/1', 'text', 400, 'invalid configuration: ', true],
    ['PUT /routes/1', { ...body, plugins: { x: {} } }, 400, 'unknown plugin [x]', true],
    ['PUT /routes/a b', body, 400, 'invalid configuration: property "id" ', true],
    ['PUT /routes/a%2Fb', body, 400, 'invalid configuration: property "id" ', true],
    ['PUT /routes/%ff', body, 400, 'invalid configuration: property "id" ', true],
    ['PUT /routes/uncompilable', body, 400, 'invalid configuration: no table', true],
    ['PUT /routes/1?ttl=abc', body, 400, notNumber, false],
    ['PUT /routes/1?ttl=', body, 400, notNumber, false],
    ['GET /routes?ttl=x', undefined, 400, notNumber, false],
    ['PUT /routes/1?ttl=-1', body, 400, `${notNumber} greater than 0`, false],
    ['GET /services', undefined, 404, 'Unsupported resource type: services', false],
    ['PUT /upstreams/1', {}, 404, 'Unsupported resource type: upstreams', false],
    ['OPTIONS /routes', undefined, 405, 'method not allowed', false],
    ['GET /routes?page=1&page_size=9', undefined, 400, 'page_size must be between 10', true],
    ['GET /routes?page=1&page_size=501', undefined, 400, 'page_size must be between 10', true],
    ['POST /schema/validate/services', {}, 404, 'Unsupported resource type: services', false],
    ['POST /schema/validate/routes', undefined, 400, 'missing configurations', false],
    ['POST /schema/validate/routes', { ...body, uri: 1 }, 400, 'invalid configuration: ', false],
    ['GET /schema/validate/routes', undefined, 405, 'method not allowed', false],
  ])('%s %j: %i %s', async (line, sent, status, text, handled) => {
    await serve(memoryStore(documentOf('x')));
    const before = await store.load();
    const answer = await ask(line.replace('a b', 'a%20b'), sent);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.json)).toEqual(['error_msg']);
    if (text.startsWith('missing') || text.startsWith('wrong')) {
      expect(answer.json.error_msg).toBe(text);
    } else expect(answer.json.error_msg).toContain(text);
    expect(answer.version).toBe(handled ? 'v3' : null);
    expect(await store.load()).toBe(before);
  });

  it.each(['GET /routes/9', 'DELETE /routes/9', 'PATCH /routes/9'])(
    '%s: not found',
    async (line) => {
      const answer = await ask(line, line.startsWith('PATCH') ? {} : undefined);
      expect(answer).toMatchObject({ status: 404, text: '{"message":"Key not found"}\n' });
      expect(answer.version).toBe('v3');
    },
  );

  it('refuses bad JSON and cuts what it sends back', async () => {
    const bad = `{"uri": ${'x'.repeat(3000)}`;
    const { status, json, version } = await ask('PUT /routes/1', bad, true);
    expect([status, version]).toEqual([400, null]);
    expect(json.error_msg).toMatch(/^invalid request body: /);
    expect(json.req_body).toBe(bad.slice(0, 1024));
    const deep = await ask('PATCH /routes/1', '['.repeat(500_000), true);
    expect(deep.json.error_msg).toMatch(/too many nested/);
  });

  it('refuses a large body by its length, and while reading when there is none', async () => {
    const large = `"${'x'.repeat(1_572_863)}"`;
    const declared = await request('/apisix/admin/routes/1', {
      method: 'PUT',
      headers: { 'Content-Length': '99678025' },
      body: '{}',
    });
    expect(await declared.json()).toEqual({
      error_msg:
        'invalid request body: request size 99678025 is greater than the maximum size 1572864 allowed',
    });
    // What ends soon is read to its end, so that the connection can go on; what does not is left.
    for (const [sent, read] of [
      [2_000_000, 2_000_000],
      [Infinity, 16 * 1_048_576],
    ] as const) {
      let pulled = 0;
      const chunked = new ReadableStream({
        pull: (controller) => {
          if (pulled >= sent) return controller.close();
          pulled += 65_536;
          controller.enqueue(new Uint8Array(65_536));
        },
      });
      const response = await request('/apisix/admin/routes/1', {
        method: 'PUT',
        body: chunked,
        duplex: 'half',
      } as RequestInit);
      expect(response.status).toBe(400);
      expect(((await response.json()) as { error_msg: string }).error_msg).toMatch(
        /request size \d+ is greater than the max/,
      );
      expect(pulled).toBeGreaterThanOrEqual(read);
      expect(pulled).toBeLessThan(read + 4 * 65_536);
    }
    expect((await ask('PUT /routes/1', large, true)).json.error_msg).toMatch(
      /request size 1572865/,
    );
  });

  it('answers 503 when the store fails, with the table in force unchanged', async () => {
    const failing = new StoreError({ where: 'w', expected: 'e', found: 'f', remedy: 'r' });
    await serve({ ...memoryStore(documentOf('1')), update: () => Promise.reject(failing) });
    expect(await ask('PUT /routes/2', body)).toMatchObject({
      status: 503,
      json: { error_msg: failing.message },
    });
    expect((await ask('GET /routes')).json.total).toBe(1);
    await serve(memoryStore(documentOf()), false);
    expect((await ask('GET /routes')).status).toBe(503);
  });
});

describe('PATCH', () => {
  beforeEach(async () => {
    await ask('PUT /routes/1', { ...body, labels: { a: '1', b: '2' }, methods: ['GET', 'PUT'] });
    clock += 5_000;
  });

  it('merges deeply, null deletes, arrays replace', async () => {
    const { status, json } = await ask('PATCH /routes/1', {
      labels: { a: null, c: '3' },
      methods: ['POST'],
      upstream: { nodes: { '127.0.0.1:1980': null, '127.0.0.1:1981': 2 } },
    });
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(['key', 'value']);
    expect(json.value).toEqual({
      ...body,
      upstream: { type: 'roundrobin', nodes: { '127.0.0.1:1981': 2 } },
      id: '1',
      labels: { b: '2', c: '3' },
      methods: ['POST'],
      create_time: time,
      update_time: time + 5,
    });
  });

  it('sets the attribute at a sub-path as a whole', async () => {
    const nodes = { '127.0.0.1:1999': 1 };
    expect((await ask('PATCH /routes/1/upstream/nodes', nodes)).json.value.upstream.nodes).toEqual(
      nodes,
    );
    expect((await ask('PATCH /routes/1/uri', '/x')).json.value.uri).toBe('/x');
    expect((await ask('PATCH /routes/1/labels/d%2Fe', 'f')).json.value.labels['d/e']).toBe('f');
    expect((await ask('PATCH /routes/1/methods/1', 'POST')).json.value.methods).toEqual([
      'GET',
      'POST',
    ]);
    expect((await ask('PATCH /routes/1/upstream/timeout/connect', 1)).status).toBe(400);
    const { update_time: renewed } = (await ask('PATCH /routes/1/', { desc: 'd' })).json.value;
    expect(renewed).toBe(time + 5);
  });

  it('may carry the times', async () => {
    const { value } = (await ask('PATCH /routes/1', { create_time: 1, update_time: 2 })).json;
    expect(value).toMatchObject({ create_time: 1, update_time: 2 });
  });

  it('does not touch prototypes', async () => {
    await ask('PATCH /routes/1', '{"__proto__":{"polluted":1},"labels":{"__proto__":"x"}}', true);
    await ask('PATCH /routes/1/__proto__/polluted', 1);
    await ask('PATCH /routes/1/constructor/prototype/polluted', 1);
    await ask('PUT /routes/2', '{"__proto__":{"polluted":1}}', true);
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
    expect((await ask('PATCH /routes/1', {})).status).toBe(200);
  });
});

describe('ttl', () => {
  it('removes the route after that many seconds, unless it is written without', async () => {
    await ask('PUT /routes/1?ttl=2', body);
    await ask('POST /routes?ttl=0.5', body);
    await ask('PUT /routes/3', body);
    expect((await store.load())['expires']).toMatchObject({ 1: 1_700_000_002.5 });
    clock += 500;
    expect((await ask('GET /routes')).json.total).toBe(2);
    clock += 1_499;
    expect((await ask('GET /routes/1')).status).toBe(200);
    await ask('PATCH /routes/1', { desc: 'stays' });
    clock += 10_000;
    expect((await ask('GET /routes/1')).status).toBe(200);
    expect((await store.load())['expires']).toBe(undefined);
    await ask('PATCH /routes/1?ttl=1', { desc: 'goes' });
    clock += 1_000;
    expect((await ask('GET /routes/1')).status).toBe(404);
    expect((await ask('PUT /routes/1', body)).status).toBe(201);
  });
});

describe('list', () => {
  beforeEach(async () => {
    const routes = Array.from({ length: 25 }, (_, i) => ({ ...route(i + 1), name: `n${i + 1}` }));
    const uris = { ...route('many'), uris: ['/a1', '/zebra'], labels: { env: 'x' } };
    const { uri: _uri, ...many } = uris;
    await serve(memoryStore({ routes: [...routes, many] }));
  });

  it.each<[string, number, number]>([
    ['', 26, 26],
    ['?page=1&page_size=10', 10, 26],
    ['?page=3&page_size=10', 6, 26],
    ['?page=4&page_size=10', 0, 26],
    ['?page=0&page_size=10', 10, 26],
    ['?page=x&page_size=10', 26, 26],
    ['?page_size=10', 26, 26],
    ['?name=n1', 11, 11],
    ['?name=^n1$', 1, 1],
    ['?name=(', 0, 0],
    ['?name=n1&page=2&page_size=10', 1, 11],
    ['?uri=/zeb', 1, 1],
    ['?uri=^/1$', 1, 1],
    ['?label=env', 1, 1],
    ['?label=', 0, 0],
    ['?label=toString', 0, 0],
    ['?filter=upstream_id%3D1', 0, 0],
    ['?filter=other%3D1', 26, 26],
  ])('%s: %i of %i', async (query, listed, total) => {
    const { status, json } = await ask(`GET /routes${query}`);
    expect([status, json.list.length, json.total]).toEqual([200, listed, total]);
  });

  it('takes no longer than the names are, whatever is asked for', async () => {
    const routes = Array.from({ length: 50 }, (_, i) => ({
      ...route(i + 1),
      name: `${'a'.repeat(255)}!`,
      uri: `/${'a'.repeat(4000)}!${i}`,
    }));
    await serve(memoryStore({ routes }));
    // Backtracking would take longer than there will be a sun for the first of them.
    for (const query of ['name=^(a%2B)%2B$', 'uri=^/(a|aa)%2B$', 'uri=(x%2Bx%2B)%2By'])
      expect((await ask(`GET /routes?${query}`)).json.total).toBe(0);
    expect((await ask('GET /routes?uri=^/(a%2B)%2B!7$')).json.total).toBe(1);
  });

  it('is in the order of creation, with etcd-like indexes', async () => {
    await ask('PATCH /routes/1', { desc: 'changed' });
    await ask('PUT /routes/new', body);
    const { list } = (await ask('GET /routes')).json;
    expect(list[0]).toMatchObject({ key: '/apisix/routes/1', createdIndex: 1, modifiedIndex: 27 });
    expect(list.at(-1)).toMatchObject({ key: '/apisix/routes/new', createdIndex: 28 });
    expect(list[0].value.id).toBe(1);
  });
});

it('validates without storing', async () => {
  const before = await store.load();
  expect(await ask('POST /schema/validate/routes', body)).toMatchObject({ status: 200, text: '' });
  expect((await ask('POST /schema/validate/routes', { ...body, id: '5' })).status).toBe(200);
  expect(await store.load()).toBe(before);
});
