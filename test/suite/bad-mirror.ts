import { Agent } from 'node:http';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { RuntimeName, TestRuntime } from '../runtimes/runtime.ts';
import { badOrigin, MISBEHAVIOURS, resettingOnceRead } from '../support/bad-origin.ts';
import { send } from '../support/client.ts';
import { CLIENTS, crowd } from '../support/crowd.ts';
import { origin } from '../support/origin.ts';
import { sample, settled } from '../support/outcomes.ts';
import { freePort } from '../support/ports.ts';
import { stage as set } from '../support/stage.ts';
import { until } from '../support/until.ts';

/** A kind of bad mirror, and the outcome of every copy to it. */
interface Kind {
  readonly start: () => Promise<{ readonly url: string; close(): Promise<void> }>;
  readonly outcome: string;
  /** The outcome on runtimes that cannot tell the cause, or report another. */
  readonly except?: Partial<Record<RuntimeName, string>>;
  /** In seconds. Short only where the timeout ends the copy. */
  readonly timeout?: number;
  /** Further copies are skipped. Default: no limit. */
  readonly maxInFlight?: number;
  /** Default: 400. */
  readonly requests?: number;
  /** Requests on Workers, where all of them would take too long. */
  readonly onWorkers?: number;
}

const BODY = Buffer.alloc(64 * 1024, 'x');

const at = async (url: string) => ({ url, close: async () => {} });

const KINDS: Readonly<Record<string, Kind>> = {
  'is down': {
    start: async () => at(`http://127.0.0.1:${await freePort()}`),
    outcome: 'failed connect',
  },
  'has an unknown name': {
    start: () => at('http://nonexistent.invalid'),
    outcome: 'failed dns',
    except: { workers: 'failed reset' },
    // Runtimes resolve names on a few threads, which file access uses as well; resolvers drop bursts.
    maxInFlight: 4,
    // workerd blocks for 5 s when a resolver does not respond.
    onWorkers: 20,
  },
  'responds with 500': {
    start: () => origin((_, response) => response.writeHead(500).end('no')),
    outcome: 'sent 5xx',
  },
  redirects: {
    start: () => origin((_, response) => response.writeHead(302, { location: '/' }).end()),
    outcome: 'sent 3xx',
  },
  'never responds': {
    start: () => badOrigin(MISBEHAVIOURS.silent),
    outcome: 'failed timeout',
    timeout: 1,
  },
  'never completes the TLS handshake': {
    async start() {
      const one = await badOrigin(MISBEHAVIOURS.silent);
      return { ...one, url: one.url.replace('http:', 'https:') };
    },
    outcome: 'failed timeout',
    timeout: 1,
    // A TLS connection counts as eight: the last copies may exceed the rate of new connections.
    maxInFlight: 1000,
  },
  'closes without a response': {
    start: () => badOrigin(MISBEHAVIOURS.closing),
    outcome: 'failed reset',
    except: { workers: 'failed connect' },
  },
  'resets in the middle of its response': {
    start: () => badOrigin(resettingOnceRead()),
    outcome: 'sent 2xx',
  },
  'sends garbage': {
    start: () => badOrigin(MISBEHAVIOURS.garbage),
    outcome: 'failed protocol',
    except: { workers: 'failed reset' },
  },
  'sends one byte a second': {
    start: () => badOrigin(MISBEHAVIOURS.dripping),
    outcome: 'sent 2xx',
    // Long enough for each response head on a busy machine; the body never ends before.
    timeout: 8,
  },
  'sends an endless response': {
    start: () => badOrigin(MISBEHAVIOURS.endless),
    outcome: 'sent 2xx',
    // Each mirror sends as fast as this process can, which also runs the other tests of its runtime.
    requests: 300,
    // A response that is cut off counts as four connections.
    maxInFlight: 1200,
  },
};

/** A bad mirror changes nothing for clients, and every copy has exactly one outcome, the right one. */
export function badMirror(runtime: TestRuntime): void {
  const stage = set(runtime);
  const onWorkers = runtime.name === 'workers';
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  afterAll(() => agent.destroy());

  Object.entries(KINDS).forEach(([what, kind]) => {
    const { requests = 400 } = kind;
    const count = (onWorkers && kind.onWorkers) || requests;
    it(`that ${what}: ${count} requests`, async () => {
      const mirror = await kind.start();
      const id = stage.fresh('bad');
      await stage.put(id, {
        host: mirror.url,
        breaker: false,
        max_in_flight: kind.maxInFlight ?? count,
        timeout: kind.timeout ?? 25,
      });
      const wrong: string[] = [];
      await crowd(count, async (i) => {
        // Some requests have a body, which is recorded and must be released.
        const method = i % 10 === 9 ? 'POST' : 'GET';
        const options = { agent, method, ...(method === 'POST' && { body: BODY }) };
        const target = `/${id}/${i}`;
        const { status, body } = await send(stage.gateway.url, target, options);
        if (status !== 200 || String(body) !== `${method} ${target}\n`)
          wrong.push(`${status} ${body}`);
      });
      expect(wrong).toEqual([]);
      const expected = kind.except?.[runtime.name] ?? kind.outcome;
      const counted = await settled(stage.gateway, id, count, { timeout: 20_000 });
      const skipped = counted['skipped in_flight_limit'] ?? 0;
      expect(counted).toEqual({
        [expected]: count - skipped,
        ...(kind.maxInFlight !== undefined &&
          skipped > 0 && { 'skipped in_flight_limit': skipped }),
      });
      expect(skipped).toBeLessThan(count);
      expect(await sample(stage.gateway, 'gateway_requests_total', { route: id })).toBe(count);
      expect(await sample(stage.gateway, 'mirror_in_flight', { route: id })).toBe(0);
      expect(await sample(stage.gateway, 'mirror_recorded_bytes')).toBe(0);
      await mirror.close();
    });
  });

  describe('that delays its response', () => {
    const one = new Agent({ keepAlive: true, maxSockets: 1 });
    afterEach(() => one.destroy());

    it("does not delay the client's next request on the same connection", async () => {
      const held: (() => void)[] = [];
      const mirror = await origin((_, response) => held.push(() => response.end()));
      const id = stage.fresh('held');
      await stage.put(id, { host: mirror.url });
      const ports = new Set<number>();
      for (let i = 0; i < 5; i++) {
        const method = i % 2 === 0 ? 'GET' : 'POST';
        const options = { agent: one, method, ...(method === 'POST' && { body: 'body' }) };
        const { body } = await send(stage.gateway.url, `/${id}/${i}`, options);
        expect(String(body)).toBe(`${method} /${id}/${i}\n`);
        for (const sockets of [one.freeSockets, one.sockets]) {
          for (const socket of Object.values(sockets).flat()) ports.add(socket!.localPort!);
        }
      }
      // All requests got their responses on one connection, while every copy is still open.
      await until(() => held.length === 5);
      expect(await sample(stage.gateway, 'mirror_in_flight', { route: id })).toBe(5);
      expect(ports.size).toBe(1);
      held.forEach((release) => release());
      expect(await settled(stage.gateway, id, 5)).toEqual({ 'sent 2xx': 5 });
      await mirror.close();
    });
  });
}
