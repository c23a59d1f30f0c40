import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { adminApi } from '../../../src/admin/api.ts';
import type { Endpoint } from '../../../src/http/endpoint.ts';
import { fileStore } from '../../../src/stores/file/file-store.ts';
import { liveTable } from '../../../src/stores/live.ts';

/** Milliseconds since 1970. */
const NOW = 1_700_000_000_000;
const TIMES = { create_time: 1_700_000_000, update_time: 1_700_000_000 };

const target = { upstream: { nodes: { '127.0.0.1:1999': 1 } } };
const a = { uri: '/a', ...target };
const b = { desc: 'b', uri: '/b', ...target };
const c = { uri: '/c', id: 'named', ...target };
const d = { uri: '/d', ...target };

let folder: string;
let file: string;
let admin: Endpoint;

/** An admin API over a file with the routes a, b, c and d, of which only c has an id of its own. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ids-by-place-'));
  file = join(folder, 'routes.json');
  await writeFile(file, text(a, b, c, d));
  const live = liveTable({
    store: fileStore(file),
    compile: (document) => document,
    onReload: () => undefined,
    now: () => NOW,
  });
  await live.refresh();
  admin = adminApi({ live, now: () => NOW });
});
afterEach(() => rm(folder, { recursive: true }));

function text(...routes: object[]): string {
  return `${JSON.stringify({ routes }, null, 2)}\n`;
}

async function ask(method: string, path: string, body?: object): Promise<unknown> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const url = `http://localhost/apisix/admin/routes${path}`;
  const response = await admin(new Request(url, { method, ...init }));
  expect(response.ok).toBe(true);
  return response.json();
}

async function uris(): Promise<Record<string, string>> {
  const { list } = (await ask('GET', '')) as { list: { value: { id: string; uri: string } }[] };
  return Object.fromEntries(list.map(({ value }) => [value.id, value.uri]));
}

it('are read by the admin API', async () => {
  expect(await uris()).toEqual({ 1: '/a', 2: '/b', named: '/c', 4: '/d' });
  expect(await ask('GET', '/2')).toMatchObject({
    key: '/apisix/routes/2',
    value: { id: '2', ...b },
  });
});

it('stay out of the file where another route is changed', async () => {
  await ask('PATCH', '/named', { desc: 'changed' });
  expect(await readFile(file, 'utf8')).toBe(text(a, b, { ...c, desc: 'changed', ...TIMES }, d));
});

it('stay out of the file where a route is added', async () => {
  await ask('PUT', '/new', a);
  expect(await readFile(file, 'utf8')).toBe(text(a, b, c, d, { ...a, id: 'new', ...TIMES }));
});

it('are written for the route that is addressed by its place, and for no other', async () => {
  await ask('PUT', '/2', d);
  expect(await readFile(file, 'utf8')).toBe(text(a, { ...d, id: '2', ...TIMES }, c, d));
  await ask('PATCH', '/4', { desc: 'fourth' });
  const fourth = { id: '4', ...d, desc: 'fourth', ...TIMES };
  expect(await readFile(file, 'utf8')).toBe(text(a, { ...d, id: '2', ...TIMES }, c, fourth));
});

it('stay out of the file where a later route is deleted', async () => {
  await ask('DELETE', '/4');
  expect(await readFile(file, 'utf8')).toBe(text(a, b, c));
});

it('are written for those that move up, so that each route keeps its id', async () => {
  await ask('DELETE', '/1');
  expect(await readFile(file, 'utf8')).toBe(text({ id: '2', ...b }, c, { id: '4', ...d }));
  expect(await uris()).toEqual({ 2: '/b', named: '/c', 4: '/d' });
  for (const id of ['2', 'named', '4']) await ask('DELETE', `/${id}`);
  expect(await readFile(file, 'utf8')).toBe(text());
});

it('are those of the file again when somebody edits it', async () => {
  await writeFile(file, text(d, a));
  await ask('PATCH', '/2', { desc: 'second' });
  expect(await readFile(file, 'utf8')).toBe(text(d, { id: '2', ...a, desc: 'second', ...TIMES }));
});
