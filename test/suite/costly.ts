import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../runtimes/runtime.ts';
import { badOrigin, type BadOrigin } from '../support/bad-origin.ts';
import { send, type Send } from '../support/client.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { CASE } from '../support/stage.ts';
import { until } from '../support/until.ts';

/** 0xA0: white space in JavaScript, an obs-text byte in HTTP. */
const NO_BREAK_SPACE = '\u00a0';

const REQUESTS = 50;

/**
 * Limit for all of these requests together, on a machine that also runs other tests. Before they were fixed, each of
 * these inputs took one to ten seconds for one request.
 */
const MAX_MS = 15_000;

/** Values that are costly for a naive pattern or loop, in a field or in the query. */
const INPUTS: readonly (readonly [what: string, target: string, headers: Send['headers']])[] = [
  ['0xA0 in Connection', '/any', { connection: `${NO_BREAK_SPACE.repeat(30_000)}x` }],
  ['spaces in Connection', '/any', { connection: `x${' '.repeat(30_000)}x` }],
  ['many fields in Connection', '/any', { connection: 'a,'.repeat(15_000) }],
  [
    'many Connections of many fields',
    '/any',
    { connection: Array.from({ length: 150 }, (_, i) => `a${i},`.repeat(30)) },
  ],
  ['0xA0 in TE', '/any', { te: `${NO_BREAK_SPACE.repeat(30_000)}x`, connection: 'te' }],
  ['commas in X-Forwarded-For', '/any', { 'x-forwarded-for': ' ,'.repeat(15_000) }],
  ['a long invalid number', '/number', { 'x-version': `${'1'.repeat(30_000)}x` }],
  ['spaces in an invalid number', '/number', { 'x-version': `1${' '.repeat(30_000)}x` }],
  ['a long number in the query', `/number?v=${'1'.repeat(7_900)}x`, {}],
  ['a pattern with a repeat in a repeat', '/pattern', { 'x-letters': `${'a'.repeat(30_000)}!` }],
  ['a pattern with many repeats', '/patterns', { 'x-letters': ','.repeat(30_000) }],
  ['escapes that are no UTF-8', `/any/${'%ff/'.repeat(1_900)}`, {}],
  ['steps up', `/any${'/%2e%2E'.repeat(1_100)}`, {}],
  ['many cookies', '/cookie', { cookie: `${' ;'.repeat(15_000)}` }],
];

/** No client and no mirror can occupy the event loop for long, so that no other client has to wait. */
export function costly(runtime: TestRuntime): void {
  let gateway: GatewayProcess;
  let upstream: Origin;
  let mirror: BadOrigin;

  beforeAll(async () => {
    upstream = await origin();
    mirror = await badOrigin((socket) =>
      socket.end(
        `HTTP/1.1 200 OK\r\nConnection: ${NO_BREAK_SPACE.repeat(60_000)}x\r\nContent-Length: 0\r\n\r\n`,
        'latin1',
      ),
    );
    gateway = await runtime.start({ env: { TRUSTED_PROXIES: '127.0.0.0/8' } });
    const conditions: Readonly<Record<string, readonly unknown[]>> = {
      number: ['OR', ['http_x_version', '>', 2], ['arg_v', '>', 2]],
      pattern: [['http_x_letters', '~~', '^(a+)+$']],
      patterns: [['http_x_letters', '~~', '^(.*?,){11}P']],
      cookie: [['cookie_a', '==', 'b']],
    };
    await gateway.put('any', route(upstream, null, { uri: '/*' }));
    for (const [id, vars] of Object.entries(conditions))
      await gateway.put(id, route(upstream, null, { uri: `/${id}`, route: { vars } }));
    await gateway.put('mirrored', route(upstream, mirror, { uri: '/mirrored' }));
  });
  afterAll(() => Promise.all([gateway.stop(), upstream.close(), mirror.close()]));

  /** Runs `work` while another client sends requests, each of which must get its response. */
  async function besideOthers(work: () => Promise<void>): Promise<void> {
    let done = false;
    const others = (async () => {
      while (!done) {
        const { status, body } = await send(gateway.url, '/plain');
        expect([status, String(body)]).toEqual([200, 'GET /plain\n']);
      }
    })();
    const start = performance.now();
    try {
      await work();
    } finally {
      done = true;
    }
    expect(performance.now() - start).toBeLessThan(MAX_MS);
    await others;
  }

  it.each(INPUTS)('from a client: %s', async (what, target, headers) => {
    await besideOthers(async () => {
      for (let sent = 0; sent < REQUESTS; sent += 5) {
        const got = await Promise.all(
          Array.from({ length: 5 }, () =>
            send(gateway.url, target, { headers: { ...headers, [CASE]: what }, agent: false }),
          ),
        );
        expect(got.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      }
    });
  });

  it('from a mirror: 0xA0 in Connection', async () => {
    await besideOthers(async () => {
      for (let sent = 0; sent < REQUESTS; sent += 1)
        expect((await send(gateway.url, '/mirrored')).status).toBe(200);
      await until(
        async () =>
          [...(await gateway.metrics())]
            .filter(([name]) => name.startsWith('mirror_copies_total{route="mirrored"'))
            .reduce((sum, [, value]) => sum + value, 0) >= REQUESTS,
        MAX_MS,
        'the outcomes of all copies',
      );
    });
  });
}
