import { expect, it } from 'vitest';
import type { ComparisonReport } from '../../src/telemetry/events.ts';
import { type Got, open, send } from '../support/client.ts';
import type { Respond } from '../support/origin.ts';
import { until } from '../support/until.ts';
import { type Case, casesOf, namesFor } from './cases.ts';
import type { AppServer } from './servers.ts';

/** An app behind the middleware, and what was found by comparing. */
export interface Compared {
  readonly port: number;
  /** What the mirror responds, by request id. */
  readonly replies: Map<string, Respond>;
  /** A unique request id. */
  fresh(place: string): string;
  outcomeOf(id: string): Promise<string>;
  /** @param reply what the mirror responds */
  exchange(
    place: 'plain' | (typeof PLACES)[number],
    handler: string,
    one: Case,
    reply?: Respond,
  ): Promise<{ readonly id: string; readonly got: Got; readonly seen: object }>;
}

const PLACES = ['compared', 'comparedFetch'] as const;

/** Largest body that is compared by default. */
const MAX_COMPARED_BYTES = 262_144;

/** A mirror and the app have two seconds each, and the last one may be noticed late. */
const MOST_WAIT_MS = 10_000;

/** Fields that a mirror sets itself. */
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

/** What the middleware tells of an app's responses and a mirror's. */
export function comparisons(server: AppServer, app: () => Compared): void {
  const reports = new Map<string, ComparisonReport[]>();

  async function reportOf(id: string): Promise<ComparisonReport> {
    const there = async () => (await collect(), reports.has(id));
    await until(there, MOST_WAIT_MS, `the comparison of ${id}`);
    return reports.get(id)![0]!;
  }

  async function collect(): Promise<void> {
    const { body } = await send(url(), '/comparisons', { agent: false });
    for (const report of JSON.parse(body.toString()) as ComparisonReport[])
      reports.set(report.requestId, [...(reports.get(report.requestId) ?? []), report]);
  }

  const url = () => `http://127.0.0.1:${app().port}`;

  it.each(namesFor(server))('an app that does with a body: %s', async (handler) => {
    await Promise.all(
      casesOf(handler).map(async (one) => {
        const plain = await app().exchange('plain', handler, one);
        const through = async (place: (typeof PLACES)[number]) => {
          const what = `${one.what}, ${place}`;
          const { id, seen } = await app().exchange(place, handler, one, again(plain.got));
          expect(seen, what).toEqual(plain.seen);
          const outcome = await app().outcomeOf(id);
          if (!outcome.startsWith('sent')) return;
          const { size, result } = judged(plain.got);
          expect(await reportOf(id), `${what}, ${size} bytes`).toMatchObject(result);
        };
        await Promise.all(PLACES.map(through));
      }),
    );
  });

  it.each(PLACES)('names what a mirror says otherwise: %s', async (place) => {
    const one = casesOf('json')[0]!;
    const other: Respond = (_, response) =>
      void response
        .writeHead(201, { 'content-type': 'application/json', 'x-more': '1' })
        .end('{"a":[1,"2",{"b":"c"}]}');
    const { id } = await app().exchange(place, 'json', one, other);
    const report = await reportOf(id);
    expect(report).toMatchObject({
      result: 'different',
      route: 'middleware',
      primary: { status: 200 },
      mirrorResponse: { status: 201 },
    });
    if (report.result === 'not_compared') return;
    expect(report.differences.map(({ place: at, kind }) => `${at} ${kind}`).toSorted()).toEqual([
      '/a/* type',
      'status value',
      'x-more extra',
    ]);
  });

  it.each(PLACES)('does not compare with an app that throws: %s', async (place) => {
    const id = app().fresh(place);
    const options = { headers: { 'x-request-id': id }, agent: false } as const;
    // What the client gets is up to the server: a 500, or a connection that closes.
    const got = await send(url(), `/${place}/throws`, options).catch(() => null);
    expect(got?.status ?? 500).toBe(500);
    expect(await app().outcomeOf(id)).toBe('sent 2xx');
    expect(await reportOf(id)).toMatchObject({
      result: 'not_compared',
      reason: 'primary_failed',
      primary: null,
    });
  });

  it.each(PLACES.flatMap((place) => [true, false].map((leaves) => [place, leaves] as const)))(
    'gives up a body without an end: %s, the client leaves: %s',
    async (place, leaves) => {
      const id = app().fresh(place);
      const options = { headers: { 'x-request-id': id }, agent: false } as const;
      const message = await open(url(), `/${place}/endless`, options);
      message.on('error', () => {});
      const first = await message[Symbol.asyncIterator]().next();
      expect(String(first.value)).toMatch(/^tick/);
      if (leaves) message.destroy();
      expect(await reportOf(id)).toMatchObject({
        result: 'not_compared',
        reason: 'body_incomplete',
        primary: { status: 200 },
      });
      message.destroy();
    },
  );

  it('has compared each response once', async () => {
    await collect();
    expect([...reports].filter(([, all]) => all.length !== 1)).toEqual([]);
  });
}

/** Responds as an app did. */
function again({ status, headers, body }: Got): Respond {
  const fields = Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.includes(name));
  return (_, response) => void response.writeHead(status, Object.fromEntries(fields)).end(body);
}

/** What comes of comparing such a response with itself. */
function judged({ body: { byteLength } }: Got) {
  const result =
    byteLength > MAX_COMPARED_BYTES
      ? { result: 'not_compared', reason: 'body_too_large' }
      : { result: 'same', differences: [] };
  return { size: byteLength, result };
}
