import { configureSync, type LogRecord, resetSync } from '@logtape/logtape';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type ComparisonReport,
  createGateway,
  type CopyReport,
  type GatewayEvent,
  proxyMirror,
} from '../../../src/index.ts';
import { nodeRuntime } from '../../../src/runtime/node.ts';
import { hookListeners } from '../../../src/telemetry/hooks.ts';
import { outcomeDataset } from '../../../src/telemetry/outcome-dataset.ts';
import { origin, type Origin } from '../../support/origin.ts';
import { freePort } from '../../support/ports.ts';
import { until } from '../../support/until.ts';
import { copyEvent } from './copy-event.ts';

let records: LogRecord[];
beforeEach(() => {
  records = [];
  configureSync({
    reset: true,
    sinks: { memory: (record) => void records.push(record) },
    loggers: [
      { category: 'proxy-mirror', lowestLevel: 'error', sinks: ['memory'] },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['memory'] },
    ],
  });
});
afterEach(() => resetSync());

let upstream: Origin;
let mirror: Origin;
beforeAll(async () => {
  [upstream, mirror] = await Promise.all([
    origin(),
    origin((_, response) => void response.writeHead(503).end()),
  ]);
});
afterAll(async () => {
  await Promise.all([upstream.close(), mirror.close()]);
});

/** Serves a gateway for as long as `use` takes. */
async function serving(
  options: Parameters<typeof createGateway>[0],
  use: (url: string) => Promise<void>,
): Promise<void> {
  const runtime = nodeRuntime();
  const app = createGateway({ runtime, ...options });
  const { port, stop } = await runtime.listen({ app, hostname: '127.0.0.1', port: 0 });
  try {
    await use(`http://127.0.0.1:${port}`);
  } finally {
    await stop();
  }
}
const routeTo = (...hosts: string[]) => ({
  id: 'r',
  uri: '/*',
  upstream: { nodes: { [upstream.node]: 1 } },
  plugins: { 'proxy-mirror': { mirrors: hosts.map((host) => ({ host })) } },
});

it('are told which request it was and what each mirror answered', async () => {
  const copies: CopyReport[] = [];
  const events: GatewayEvent[] = [];
  const dead = `http://127.0.0.1:${await freePort()}`;
  const options = {
    routes: [routeTo(mirror.url, dead)],
    onOutcome: (copy: CopyReport) => copies.push(copy),
    onEvent: (event: GatewayEvent) => events.push(event),
  };
  await serving(options, async (url) => {
    await fetch(`${url}/a?b=1`, { method: 'PUT', body: 'x', headers: { 'x-request-id': 'mine' } });
    await until(() => copies.length === 2);
    await fetch(`${url}/c`);
    await until(() => copies.length === 4);
  });
  const [mine, made] = [copies.slice(0, 2), copies.slice(2)];
  const seconds = expect.any(Number);
  const asked = { requestId: 'mine', method: 'PUT', target: '/a?b=1', route: 'r', seconds };
  expect(mine).toContainEqual({
    ...asked,
    mirror: mirror.url,
    outcome: 'sent',
    reason: '5xx',
    status: 503,
  });
  expect(mine).toContainEqual({
    ...asked,
    mirror: dead,
    outcome: 'failed',
    reason: 'connect',
    detail: expect.any(String),
  });
  // An id of the gateway's own joins the copies with the request, too, and starts with what the
  // mirror finds in x-mirrored-by.
  const ids = new Set(made.map(({ requestId }) => requestId));
  const answered = events.findLast((event) => event.type === 'request')!;
  expect([...ids]).toEqual([answered.request.id]);
  expect(answered.request.id).toContain(mirror.seen.at(-1)!.headers['x-mirrored-by']);
  // Nothing is added to what goes out for it.
  for (const { headers } of [upstream.seen.at(-1)!, mirror.seen.at(-1)!]) {
    expect(headers).not.toHaveProperty('x-request-id');
  }
});

it('are told no value of the query that a mirror redacts, whatever becomes of the copy', async () => {
  const secret = 's3cret-value';
  const dead = `http://127.0.0.1:${await freePort()}`;
  const rules = { redact: { query: ['token'] }, compare: true };
  const mirrors = [
    { host: mirror.url, ...rules },
    { host: dead, ...rules },
    { host: 'http://127.0.0.1:1', ...rules, max_body_size: 0 },
    { host: 'http://127.0.0.1:2', ...rules, methods: ['PUT'] },
    { host: 'http://127.0.0.1:3', methods: ['PUT'] },
  ];
  const copies: CopyReport[] = [];
  const pairs: ComparisonReport[] = [];
  const events: GatewayEvent[] = [];
  const points: unknown[] = [];
  const write = outcomeDataset({ writeDataPoint: (point) => void points.push(point) });
  const options = {
    routes: [{ ...routeTo(), plugins: { 'proxy-mirror': { mirrors } } }] as never,
    redactKey: 'key',
    onOutcome: (copy: CopyReport) => (copies.push(copy), write(copy)),
    onComparison: (pair: ComparisonReport) => pairs.push(pair),
    onEvent: (event: GatewayEvent) => events.push(event),
  };
  await serving(options, async (url) => {
    const headers = { authorization: secret };
    await fetch(`${url}/a?page=2&token=${secret}`, { method: 'POST', body: 'x', headers });
    await until(() => copies.length === mirrors.length && pairs.length === 1);
    await until(() => events.some(({ type }) => type === 'request'));
  });
  const [open, others] = [[], []] as [CopyReport[], CopyReport[]];
  for (const copy of copies) (copy.mirror === 'http://127.0.0.1:3' ? open : others).push(copy);
  expect(open[0]!.target).toBe(`/a?page=2&token=${secret}`);
  const shown = expect.stringMatching(/^\/a\?page=2&token=#[0-9a-f]{8}$/);
  expect(others.map(({ target }) => target)).toEqual(Array(4).fill(shown));
  expect(others.map(({ outcome, reason }) => `${outcome} ${reason}`).toSorted()).toEqual([
    'failed connect',
    'sent 5xx',
    'skipped body_too_large',
    'skipped filtered',
  ]);
  // One key for all: who sees two of them can tell that they are of the same request.
  expect(new Set([...others, ...pairs].map(({ target }) => target)).size).toBe(1);
  const isOpen = (event: GatewayEvent) => event.type === 'copy' && event.mirror.endsWith(':3');
  const told = [points, pairs, others, events.filter((event) => !isOpen(event))];
  expect(JSON.stringify(told)).not.toContain(secret);
  // What the route's mirrors redact together is hidden in the request itself, of which nothing is told but these facts.
  const { request } = events.find((event) => event.type === 'request')!;
  expect({ ...request }).toEqual({ id: expect.any(String), method: 'POST', target: shown });
});

it('are told no such value where the primary fails', async () => {
  const events: GatewayEvent[] = [];
  const node = `127.0.0.1:${await freePort()}`;
  const options = {
    routes: [
      {
        ...routeTo(),
        upstream: { nodes: { [node]: 1 } },
        plugins: { 'proxy-mirror': { host: mirror.url, redact: { query: ['token'] } } },
      },
    ] as never,
    onEvent: (event: GatewayEvent) => events.push(event),
  };
  await serving(options, async (url) => {
    await fetch(`${url}/a?token=s3cret-value`, { headers: { cookie: 'a=s3cret-value' } });
    await until(() => events.length === 3);
  });
  const types = events.map(({ type }) => type).toSorted();
  expect(types).toEqual(['copy', 'request', 'upstream_failure']);
  expect(JSON.stringify(events)).not.toContain('s3cret');
});

it.each([
  [
    'throw',
    () => {
      throw new Error('mine');
    },
  ],
  ['reject', () => Promise.reject(new Error('mine'))],
])('may %s: requests and copies go on, and one line tells', async (_, hook) => {
  mirror.seen.length = 0;
  await serving({ routes: [routeTo(mirror.url)], onOutcome: hook, onEvent: hook }, async (url) => {
    for (let i = 0; i < 3; i++) expect((await fetch(`${url}/${i}`)).status).toBe(200);
    await until(() => mirror.seen.length === 3);
  });
  const told = records.map(({ properties }) => properties);
  for (const name of ['onEvent', 'onOutcome']) {
    expect(told).toContainEqual({ hook: name, error: 'Error: mine', suppressed: 0 });
  }
  expect(told).toHaveLength(2);
});

it('are there for the mirror of an app, too', async () => {
  const copies: CopyReport[] = [];
  const app = new Hono();
  app.use(proxyMirror({ host: mirror.url }, { onOutcome: (copy) => copies.push(copy) }));
  app.get('/a', (c) => c.text('own'));
  const headers = { 'x-request-id': 'mine' };
  expect(await (await app.request('/a', { headers })).text()).toBe('own');
  await until(() => copies.length === 1);
  expect(copies[0]).toMatchObject({
    requestId: 'mine',
    target: '/a',
    outcome: 'sent',
    status: 503,
  });
});

it('listen to nothing when there are none', () => {
  expect(hookListeners({})).toEqual([]);
});

it('hear of copies only, where they ask for outcomes', () => {
  const copies: CopyReport[] = [];
  const [listen] = hookListeners({ onOutcome: (copy) => copies.push(copy) });
  listen!({ type: 'reload', result: 'success', routes: 1 });
  listen!(copyEvent({ outcome: 'skipped', reason: 'loop' }));
  expect(copies.map(({ reason }) => reason)).toEqual(['loop']);
});
