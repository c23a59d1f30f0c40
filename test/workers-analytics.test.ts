import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Miniflare, Response, type WorkerOptions } from 'miniflare';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from './runtimes/paths.ts';
import { KEY } from './runtimes/runtime.ts';
import { origin, type Origin, route } from './support/origin.ts';
import { freePort } from './support/ports.ts';
import { run } from './support/process.ts';
import { until } from './support/until.ts';

let folder: string;
let upstream: Origin;
let mirror: Origin;
const points: unknown[] = [];
const workers: Miniflare[] = [];
let printed = '';

/** The bundle that is deployed, in workerd, with this binding as `OUTCOMES`. */
async function start(outcomes: object, ...beside: WorkerOptions[]): Promise<string> {
  const worker = new Miniflare({
    cf: false,
    handleRuntimeStdio(...streams: Readable[]) {
      for (const stream of streams) stream.on('data', (text) => (printed += String(text)));
    },
    workers: [
      {
        name: 'gateway',
        modules: true,
        modulesRoot: folder,
        scriptPath: join(folder, 'workers.js'),
        compatibilityDate: '2026-04-26',
        kvNamespaces: ['ROUTES'],
        bindings: { ADMIN_KEY: KEY, LOG_LEVEL: 'debug' },
        ...outcomes,
      },
      ...beside,
    ],
  });
  workers.push(worker);
  return String(await worker.ready).replace(/\/$/, '');
}

/**
 * Stands in for a dataset, as the simulator drops all writes: a binding with the same method, by which workerd passes
 * each data point to this test.
 */
const DATASET: WorkerOptions = {
  name: 'dataset',
  modules: true,
  script: `export default ({ SINK }) => ({
    writeDataPoint(point) {
      SINK.fetch('http://sink', { method: 'POST', body: JSON.stringify(point) });
    },
  })`,
  serviceBindings: {
    async SINK(request: { json(): Promise<unknown> }) {
      points.push(await request.json());
      return new Response();
    },
  },
};

beforeAll(async () => {
  [folder, upstream, mirror] = await Promise.all([
    mkdtemp(join(tmpdir(), 'proxy-mirror-analytics-')),
    origin(),
    origin((_, response) => void response.writeHead(503).end()),
  ]);
  const wrangler = run(
    join(ROOT, 'node_modules/.bin/wrangler'),
    ['deploy', '--dry-run', '--outdir', folder],
    { cwd: ROOT, env: { WRANGLER_SEND_METRICS: 'false', CI: 'true' } },
  );
  expect([await wrangler.exited, wrangler.stderr()]).toEqual([0, expect.any(String)]);
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.dispose()));
  await Promise.all([upstream.close(), mirror.close(), rm(folder, { recursive: true })]);
});

it('writes each outcome to the dataset that is bound', async () => {
  const url = await start({ wrappedBindings: { OUTCOMES: { scriptName: 'dataset' } } }, DATASET);
  const dead = `http://127.0.0.1:${await freePort()}`;
  const mirrors = [
    { host: mirror.url },
    { host: dead },
    { host: mirror.url, _meta: { filter: [['arg_a', '==', '1']] } },
  ];
  const put = await fetch(`${url}/apisix/admin/routes/r`, {
    method: 'PUT',
    headers: { 'x-api-key': KEY },
    body: JSON.stringify({ ...route(upstream), plugins: { 'proxy-mirror': { mirrors } } }),
  });
  expect(put.status).toBe(201);
  const headers = { 'x-request-id': 'mine', authorization: 'hidden', cookie: 'a=hidden' };
  expect((await fetch(`${url}/a?b=hidden`, { headers })).status).toBe(200);
  await until(() => points.length >= 3, 5000, 'three data points');
  const written = (blobs: unknown[], doubles: unknown[]) => ({ indexes: ['r'], blobs, doubles });
  const seconds = expect.any(Number);
  expect(points).toHaveLength(3);
  expect(JSON.stringify(points)).not.toContain('hidden');
  for (const point of [
    written([mirror.url, 'sent', '5xx', 'GET', 'mine'], [seconds, 503]),
    written([dead, 'failed', 'connect', 'GET', 'mine'], [seconds, 0]),
    // The third mirror has the host of the first.
    written([`${mirror.url}/#3`, 'skipped', 'filtered', 'GET', 'mine'], [0, 0]),
  ]) {
    expect(points).toContainEqual(point);
  }
  // The log has the request and its three outcomes, under the same id.
  const lines = () => printed.split('\n').filter((line) => line.includes('"requestId":"mine"'));
  await until(() => lines().length === 4, 5000, 'four lines in the log');
});

it('takes the simulator’s own dataset', async () => {
  const url = await start({ analyticsEngineDatasets: { OUTCOMES: { dataset: 'any' } } });
  expect((await fetch(`${url}/apisix/status/ready`)).status).toBe(200);
});

it('refuses to serve when something else is bound by that name', async () => {
  const url = await start({ bindings: { ADMIN_KEY: KEY, OUTCOMES: 'proxy_mirror' } });
  expect((await fetch(`${url}/apisix/status`)).status).toBe(503);
  await until(() => printed.includes('OUTCOMES: expected an Analytics Engine dataset'));
});
