import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { mirrorFetch, proxyMirror } from '../../src/middleware.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import type { ProxyMirrorConfig } from '../../src/config/proxy-mirror.ts';
import type { CopyReport } from '../../src/telemetry/events.ts';
import { origin, type Origin } from '../support/origin.ts';
import { until } from '../support/until.ts';

let mirror: Origin;
beforeEach(async () => void (mirror = await origin()));
afterEach(() => mirror.close());

/** An app behind the middleware that tells which request it got, and what became of the copy. */
function mirrored(config: Partial<ProxyMirrorConfig> = {}, mirrorMemory?: number) {
  const outcomes: string[] = [];
  const got: Request[] = [];
  const app = new Hono();
  app.use(
    proxyMirror({ host: mirror.url, ...config } as ProxyMirrorConfig, {
      onOutcome: ({ outcome, reason }) => outcomes.push(`${outcome} ${reason}`),
      ...(mirrorMemory !== undefined && { mirrorMemory }),
    }),
  );
  app.all('*', async (c) => {
    got.push(c.req.raw);
    return c.text(await c.req.text());
  });
  async function post(body: string, headers: Record<string, string> = {}) {
    const length = { 'content-length': String(body.length) };
    const init = { method: 'POST', body, headers: { ...length, ...headers } };
    const request = new Request('http://a/', init);
    const answer = await (await app.request(request)).text();
    await until(() => outcomes.length > 0);
    return { answer, outcome: outcomes.splice(0).join(), untouched: got.at(-1) === request };
  }
  return { app, post, outcomes };
}

it.each<[string, Partial<ProxyMirrorConfig>, Record<string, string>, string]>([
  ['is not chosen', { sample_ratio: 0.00001 }, {}, 'skipped sampled_out'],
  ['is filtered out', { _meta: { filter: [['arg_a', '==', '1']] } }, {}, 'skipped filtered'],
  ['is a copy itself', {}, { 'x-mirrored-by': 'another' }, 'skipped loop'],
  ['is longer than a mirror takes', { max_body_size: 3 }, {}, 'skipped body_too_large'],
])('does nothing to a request that %s', async (_, config, headers, outcome) => {
  const { post } = mirrored(config);
  expect(await post('body', headers)).toEqual({ answer: 'body', outcome, untouched: true });
});

it('does nothing to any request when it is disabled', async () => {
  const { app, outcomes } = mirrored({ _meta: { disable: true } });
  const answer = await app.request('/', { method: 'POST', body: 'body' });
  expect([await answer.text(), outcomes, mirror.seen]).toEqual(['body', [], []]);
});

it('reads on for the app where there is no memory for a copy', async () => {
  const { post } = mirrored({}, 3);
  expect(await post('body')).toMatchObject({ answer: 'body', outcome: 'skipped memory_limit' });
  expect(await post('abc')).toMatchObject({ answer: 'abc', outcome: 'sent 2xx' });
  expect(await post('abc')).toMatchObject({ answer: 'abc', outcome: 'sent 2xx' });
});

it('leaves a body to the middleware that has begun to read it before', async () => {
  const outcomes: string[] = [];
  const app = new Hono();
  app.use(async (c, next) => {
    await c.req.text();
    await next();
  });
  app.use(
    proxyMirror(
      { host: mirror.url },
      { onOutcome: ({ outcome, reason }) => outcomes.push(`${outcome} ${reason}`) },
    ),
  );
  app.post('/', async (c) => c.text(await c.req.text()));
  const answer = await app.request('/', { method: 'POST', body: 'body' });
  expect(await answer.text()).toBe('body');
  await until(() => outcomes.length > 0);
  expect(outcomes).toEqual(['skipped body_incomplete']);
});

it('refuses what is no runtime at once, and not with the first request', () => {
  const runtime = nodeRuntime as unknown as Runtime;
  expect(() => proxyMirror({ host: 'http://m' }, { runtime })).toThrow(
    'proxyMirror: runtime: expected a runtime such as nodeRuntime(), found a function',
  );
});

it('says which field holds what its runtime cannot send to', () => {
  const onServers = 'expected the gateway on Node, Deno or Bun';
  for (const [config, message] of [
    [{ host: 'grpc://m' }, `host: fetch has no trailers, which gRPC needs: ${onServers}`],
    [{ host: 'https://m', tls: { verify: false } }, `tls: fetch has no such options: ${onServers}`],
  ] as const)
    expect(() => proxyMirror(config)).toThrow(`proxyMirror: ${message}`);
});

it.each<[ProxyMirrorConfig]>([
  [{ host: 'http://m', compare: { baseline: 'primary' } }],
  [{ mirrors: [{ host: 'http://m' }, { host: 'http://n', compare: { baseline: 'primary' } }] }],
  [{ mirrors: [{ host: 'http://m' }], compare: { baseline: 'primary' } }],
])('refuses a baseline that an app does not have: %j', (config) => {
  const message =
    'proxyMirror: compare.baseline: expected the URL of another instance, found "primary", which an app does not have';
  expect(() => proxyMirror(config)).toThrow(message);
  expect(() => mirrorFetch(() => new Response(), config)).toThrow(/^mirrorFetch: compare.baseline/);
});

it('takes another instance as the baseline', () => {
  const config = { host: 'http://m', compare: { baseline: 'http://old:80' } };
  expect(() => proxyMirror(config)).not.toThrow();
});

it('tells no value of the query that is redacted, and waits for that in drain', async () => {
  const told: string[] = [];
  const config = { host: mirror.url, redact: { query: ['token'] }, compare: true };
  const fetch = mirrorFetch(() => new Response('a'), config, {
    onOutcome: ({ target }) => void told.push(target),
    onComparison: ({ target }) => void told.push(target),
  });
  await (await fetch(new Request('http://a/b?token=secret'))).text();
  await fetch.drain(60_000);
  const shown = expect.stringMatching(/^\/b\?token=#[0-9a-f]{8}$/);
  expect(told).toEqual([shown, shown]);
  expect(new Set(told).size).toBe(1);
});

describe.each(['proxyMirror', 'mirrorFetch'] as const)('drain of %s', (name) => {
  /** An app whose mirror responds only when it is told to. */
  async function slow() {
    let respond!: () => void;
    const told = new Promise<void>((resolve) => (respond = resolve));
    const deaf = await origin((_, response) => void told.then(() => response.end()));
    onTestFinished(() => deaf.close());
    const outcomes: string[] = [];
    const options = {
      onOutcome: ({ outcome, reason }: CopyReport) => void outcomes.push(`${outcome} ${reason}`),
    };
    const respondNow = () => new Response('now');
    if (name === 'mirrorFetch') {
      const fetch = mirrorFetch(respondNow, { host: deaf.url }, options);
      return { ask: (request: Request) => fetch(request), drain: fetch.drain, respond, outcomes };
    }
    const middleware = proxyMirror({ host: deaf.url }, options);
    const app = new Hono().use(middleware).all('*', respondNow);
    // With a platform that waits for copies as well.
    const context = { waitUntil() {}, passThroughOnException() {}, props: {} };
    const ask = async (request: Request) => app.fetch(request, {}, context);
    return { ask, drain: middleware.drain, respond, outcomes };
  }

  it('waits for the copies under way', async () => {
    const { ask, drain, respond, outcomes } = await slow();
    expect(await (await ask(new Request('http://a/'))).text()).toBe('now');
    let isOver = false;
    const drained = drain(60_000).then(() => (isOver = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([isOver, outcomes]).toEqual([false, []]);
    respond();
    await drained;
    expect(outcomes).toEqual(['sent 2xx']);
    await drain(60_000);
  });

  it('gives up what is left when the time is over, and what comes after', async () => {
    const { ask, drain, outcomes } = await slow();
    await ask(new Request('http://a/'));
    await drain(1);
    expect(outcomes).toEqual(['failed shutdown']);
    await ask(new Request('http://a/'));
    await drain(60_000);
    expect(outcomes).toEqual(['failed shutdown', 'failed shutdown']);
  });
});
