import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/compare/report/report.ts';
import { murmur3 } from '../../../src/vars/murmur3.ts';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { crowd } from '../../support/crowd.ts';
import type { Origin, Respond } from '../../support/origin.ts';
import { outcomes, sample, settled } from '../../support/outcomes.ts';
import type { Stage } from '../../support/stage.ts';
import { comparedRoutes, shown } from './routes.ts';
import { until } from '../../support/until.ts';
import { can } from '../platform.ts';

type Pack = (text: string) => Buffer;

/** Node 20 knows no zstd, whether it packs or unpacks. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: Pack };
const PACKERS: Readonly<Record<string, Pack>> = {
  br: zlib.brotliCompressSync,
  ...(zstdCompressSync && { zstd: zstdCompressSync }),
};

const JSON_TYPE = { 'content-type': 'application/json' };

/** What is found in a pair, and how many pairs there are. */
export function pairs(runtime: TestRuntime, stage: Stage): void {
  const put = comparedRoutes(stage);

  it('finds nothing where both answer alike, and sends both the same request id', async () => {
    const same: Respond = (_, response) => {
      response.writeHead(200, JSON_TYPE).end('{"a":1}');
    };
    const { id, upstream, mirror, get, reported } = await put(same, same);
    expect((await get('/a')).body.toString()).toBe('{"a":1}');
    await get('/a', { headers: { 'x-request-id': 'mine' } });
    const report = await reported(2);
    expect(report).toMatchObject({ sent: 2, pairs: 2, same: 2, different: 0 });
    expect(report.statuses).toEqual({ '2xx': { '2xx': 2 } });
    const ids = ({ seen }: Origin) => seen.map(({ headers }) => headers['x-request-id']).toSorted();
    expect(ids(mirror)).toEqual(ids(upstream));
    expect(ids(upstream)).toContain('mine');
    expect(await sample(stage.gateway, 'mirror_comparisons_total', { route: id })).toBe(2);
    const lag = await sample(stage.gateway, 'mirror_lag_seconds_count', { route: id });
    expect(lag).toBe(2);
  });

  it('names the place of a difference in JSON, and shows what each said', async () => {
    const answer = (price: unknown): Respond => {
      return ({ url }, response) => {
        const items = [
          { id: 7, price },
          { id: 8, price: 2 },
        ];
        response.writeHead(200, JSON_TYPE).end(JSON.stringify({ items, url }));
      };
    };
    const { get, reported } = await put(answer(1), answer('1'));
    await get('/orders/17?key=1', { headers: { 'x-request-id': 'order-17' } });
    const report = await reported(1);
    expect(report).toMatchObject({ pairs: 1, same: 0, different: 1 });
    expect(report.endpoints).toMatchObject([
      {
        method: 'GET',
        path: expect.stringMatching(/\/orders\/{n}$/),
        differences: [
          {
            place: '/items/*/price',
            kind: 'type',
            count: 1,
            shown: true,
            examples: [{ request_id: 'order-17', primary: 1, mirror: '1' }],
          },
        ],
      },
    ]);
  });

  it.each([
    ['a status', { status: 200 }, { status: 500 }, ['status value']],
    ['a field', { headers: { 'x-a': '1' } }, { headers: { 'x-a': '2' } }, ['x-a value']],
    ['a missing field', { headers: { 'x-a': '1' } }, {}, ['x-a missing']],
    ['text', { body: 'a' }, { body: 'b' }, [' value']],
    ['what always differs', { headers: { date: 'x', age: '1' } }, { headers: { age: '2' } }, []],
    [
      'a coding',
      { body: 'abc' },
      { body: zlib.gzipSync('abc'), headers: { 'content-encoding': 'gzip' } },
      [],
    ],
  ] as const)('compares %s', async (_, primary, mirror, places) => {
    const { get, reported } = await put(fixed(primary), fixed(mirror));
    await get('/a', { headers: { 'accept-encoding': 'gzip' } });
    expect(shown(await reported(1))).toEqual(places);
  });

  it('compares the share that it is to, of the methods that are copied, always the same by key', async () => {
    const { id, get, reported } = await put(fixed({}), fixed({}), {
      methods: ['GET'],
      sample_key: 'http_x_user',
      sample_ratio: 0.5,
      compare: { sample_ratio: 0.4 },
    });
    const users = Array.from({ length: 300 }, (_, i) => `user-${i}`);
    const below = (share: number) => users.filter((user) => murmur3(user) < share * 2 ** 32).length;
    await get('/', { method: 'POST', body: 'x', headers: { 'x-user': users[0]! } });
    await crowd(users.length, async (i) => {
      await get('/', { headers: { 'x-user': users[i]! } });
    });
    const report = await reported(below(0.2));
    await settled(stage.gateway, id, users.length + 1);
    expect(report).toMatchObject({ pairs: below(0.2) });
    expect(await outcomes(stage.gateway, id)).toEqual({
      'sent 2xx': below(0.5),
      'skipped sampled_out': users.length - below(0.5),
      'skipped filtered': 1,
    });
  });

  describe('what is not compared', () => {
    const large = 'x'.repeat(1000);
    it.each([
      ['primary_failed', null, {}],
      ['body_too_large', { body: large }, { body: 'x' }],
      ['body_too_large', { body: 'x' }, { body: large }],
      ['encoding', { headers: { 'content-encoding': 'gzip' }, body: 'no gzip' }, {}],
    ] as const)('%s', async (reason, primary, mirror) => {
      const { upstream, get, reported } = await put(fixed(primary ?? {}), fixed(mirror), {
        compare: { max_body_size: 999 },
      });
      if (primary === null) await upstream.close();
      await get('/a', { headers: { 'accept-encoding': 'gzip' } });
      const report = await reported(1);
      expect(report).toMatchObject({ sent: 1, pairs: 0, not_compared: { [reason]: 1 } });
    });

    it.each(Object.entries(PACKERS))(
      '%s where the runtime cannot unpack it',
      async (coding, pack) => {
        const packed = { headers: { 'content-encoding': coding }, body: pack('{"a":1,"b":2}') };
        const { get, reported } = await put(fixed(packed), fixed({ body: '{"b":2,"a":1}' }));
        await get('/a', { headers: { 'accept-encoding': coding } });
        const { pairs: compared, same, not_compared: notCompared } = await reported(1);
        expect({ pairs: compared, same, encoding: notCompared['encoding'] ?? 0 }).toEqual(
          can(runtime.name, 'unpacksBrotli')
            ? { pairs: 1, same: 1, encoding: 0 }
            : { pairs: 0, same: 0, encoding: 1 },
        );
      },
    );

    it.each(Object.entries({ gzip: zlib.gzipSync, deflate: zlib.deflateSync, ...PACKERS }))(
      '%s that was cut off, or has bytes behind its end',
      async (coding, pack) => {
        const packed = pack(JSON.stringify(Array.from({ length: 1000 }, (_, i) => i * i)));
        const broken = [packed.subarray(0, -2), Buffer.concat([packed, Buffer.from('more')])];
        for (const body of broken) {
          const { get, reported } = await put(
            fixed({ headers: { 'content-encoding': coding }, body }),
            fixed({}),
          );
          await get('/a', { headers: { 'accept-encoding': coding } });
          expect((await reported(1)).not_compared).toEqual({ encoding: 1 });
        }
      },
    );

    it('mirror_failed: a body that breaks off', async () => {
      const broken: Respond = (_, response) => {
        response.writeHead(200, { 'content-length': 10 });
        response.write('abc', () => response.destroy());
      };
      const { get, reported } = await put(fixed({ body: '0123456789' }), broken);
      await get('/a');
      expect((await reported(1)).not_compared).toMatchObject({ mirror_failed: 1 });
    });
  });

  it('begins the report anew', async () => {
    const { id, get, reported } = await put(fixed({}), fixed({ status: 404 }));
    await get('/a');
    await reported(1);
    const { status } = await stage.gateway.admin('admin/report', { method: 'DELETE' });
    expect(status).toBe(200);
    const response = await stage.gateway.admin(`admin/report?route=${id}`);
    expect(((await response.json()) as Report).mirrors).toEqual([]);
  });

  it('has no more pairs than sent copies in a report that was begun while responses were awaited', async () => {
    const held: (() => void)[] = [];
    const { id, mirror, get, reported } = await put(
      (_, response) => void held.push(() => response.end('same')),
      fixed({}),
    );
    const responses = [1, 2, 3].map(() => get('/a'));
    await settled(stage.gateway, id, 3);
    await until(() => mirror.seen.length === 3 && held.length === 3, 5000, 'the copies');
    await stage.gateway.admin('admin/report', { method: 'DELETE' });
    for (const release of held) release();
    await Promise.all(responses);
    expect(await reported(3)).toMatchObject({ sent: 3, pairs: 3 });
  });
}

interface Fixed {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

function fixed({ status = 200, headers = {}, body = 'same' }: Fixed): Respond {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(body);
  };
}
