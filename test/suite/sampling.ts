import { Agent } from 'node:http';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { murmur3 } from '../../src/vars/murmur3.ts';
import type { TestRuntime } from '../runtimes/runtime.ts';
import { send } from '../support/client.ts';
import { CLIENTS, crowd } from '../support/crowd.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { settled } from '../support/outcomes.ts';
import { stage as set } from '../support/stage.ts';

/**
 * Standard deviations allowed. A correct sampler exceeds five in less than one of a million runs; three, the usual
 * bound, would fail one run in a hundred with this many ratios and runtimes.
 */
const SIGMAS = 5;

/** Keys are the same in every run, so three are enough. */
const SIGMAS_OF_KEYS = 3;

const USERS = Array.from({ length: 4000 }, (_, i) => `user-${i}`);

/** How much is asked. */
interface Asked {
  readonly requests: number;
  readonly ratios: readonly number[];
  /** How many of `USERS`. */
  readonly users: number;
}
const ALL: Asked = { requests: 2000, ratios: [0.2, 0.35, 0.5], users: USERS.length };

/** Where the key is in a request, by the `sample_key` that reads it. */
const CARRIERS = {
  http_x_user: (key: string) => ({ query: '', headers: { 'x-user': key } }),
  cookie_sid: (key: string) => ({ query: '', headers: { cookie: `a=1; sid=${key}` } }),
  arg_id: (key: string) => ({ query: `?a=1&id=${key}`, headers: {} }),
};

/** Which share of the requests is copied, and which requests. */
export function sampling(runtime: TestRuntime, asked = ALL): void {
  const { requests: count, ratios } = asked;
  const users = USERS.slice(0, asked.users);
  const stage = set(runtime);
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  afterAll(() => agent.destroy());
  const opened: Origin[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));

  const get = (target: string, headers = {}) => send(stage.gateway.url, target, { agent, headers });

  /** One route with two mirrors, sampled by the same key. */
  async function putPair(id: string, key: string, shares: readonly [number, number]) {
    const pair = [await origin(), await origin()] as const;
    opened.push(...pair);
    const mirrors = pair.map(({ url }, i) => {
      return { host: url, sample_key: key, sample_ratio: shares[i], max_in_flight: 1000 };
    });
    await stage.gateway.put(id, {
      ...route(stage.upstream, null, { uri: `/${id}/*` }),
      plugins: { 'proxy-mirror': { mirrors } },
    });
    return pair;
  }

  describe('by request', () => {
    for (const ratio of ratios) {
      it(`copies ${ratio} of ${count} within ${SIGMAS} standard deviations`, async () => {
        const id = stage.fresh('ratio');
        await stage.put(id, { sample_ratio: ratio, max_in_flight: count });
        await crowd(count, async (i) => void (await get(`/${id}/${i}`)));
        const counted = await settled(stage.gateway, id, count);
        const sent = counted['sent 2xx']!;
        expect(counted).toEqual({ 'sent 2xx': sent, 'skipped sampled_out': count - sent });
        const seen = stage.mirror.seen.filter(({ url }) => url.startsWith(`/${id}/`));
        expect(seen).toHaveLength(sent);
        expect(Math.abs(sent - count * ratio)).toBeLessThan(SIGMAS * deviation(count, ratio));
      });
    }
  });

  describe('by key', () => {
    it(`copies 5 % of ${users.length} keys, all of them among the 10 %, and the same ones always`, async () => {
      const id = stage.fresh('sticky');
      const [five, ten] = await putPair(id, 'http_x_user', [0.05, 0.1]);
      const ask = async (user: string) => void (await get(`/${id}/a`, { 'x-user': user }));
      await crowd(users.length, (i) => ask(users[i]!));
      await settled(stage.gateway, id, 2 * users.length);
      const usersAt = ({ seen }: Origin) => seen.map(({ headers }) => String(headers['x-user']));
      const [fewer, more] = [usersAt(five), usersAt(ten)];
      expect(fewer.toSorted()).toEqual(chosen(0.05, users).toSorted());
      expect(more.toSorted()).toEqual(chosen(0.1, users).toSorted());
      expect(fewer.filter((user) => !more.includes(user))).toEqual([]);
      for (const [{ length }, ratio] of [
        [fewer, 0.05],
        [more, 0.1],
      ] as const) {
        const off = Math.abs(length - users.length * ratio);
        expect(off).toBeLessThan(SIGMAS_OF_KEYS * deviation(users.length, ratio));
      }

      await crowd(more.length, (i) => ask(more[i]!));
      await settled(stage.gateway, id, 2 * (users.length + more.length));
      expect(usersAt(five).toSorted()).toEqual([...fewer, ...fewer].toSorted());
      expect(usersAt(ten).toSorted()).toEqual([...more, ...more].toSorted());
    }, 300_000);

    it.each(Object.entries(CARRIERS))('reads %s', async (key, carrying) => {
      const id = stage.fresh('key');
      const [few, many] = await putPair(id, key, [0.2, 0.6]);
      const keys = USERS.slice(0, 50);
      for (const [i, one] of keys.entries()) {
        const { query, headers } = carrying(one);
        await get(`/${id}/${i}${query}`, headers);
      }
      await settled(stage.gateway, id, 2 * keys.length);
      const seenAt = ({ seen }: Origin) =>
        seen.map(({ url }) => keys[Number(/\/(\d+)(\?|$)/.exec(url)![1])]).toSorted();
      expect(seenAt(few)).toEqual(chosen(0.2, keys).toSorted());
      expect(seenAt(many)).toEqual(chosen(0.6, keys).toSorted());
    });

    it('reads remote_addr', async () => {
      const id = stage.fresh('key');
      const point = pointOf('127.0.0.1');
      const [out, within] = await putPair(id, 'remote_addr', [point - 0.001, point + 0.001]);
      for (let i = 0; i < 20; i++) await get(`/${id}/a`);
      await settled(stage.gateway, id, 40);
      expect([out.seen.length, within.seen.length]).toEqual([0, 20]);
    });
  });
}

function deviation(count: number, ratio: number): number {
  return Math.sqrt(count * ratio * (1 - ratio));
}

/** The point of a key in [0, 1). */
function pointOf(key: string): number {
  return murmur3(key) / 2 ** 32;
}

function chosen(ratio: number, keys: readonly string[]): string[] {
  return keys.filter((key) => pointOf(key) < ratio);
}
