import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Case, casesOf, names, namesFor } from './middleware/cases.ts';
import { clients } from './middleware/clients.ts';
import { comparisons } from './middleware/comparisons.ts';
import { type AppServer, PREPARE_MS, prepareServers, servers } from './middleware/servers.ts';
import { removeTemporary } from './package/project.ts';
import { type Got, send } from './support/client.ts';
import { origin, type Origin, type Respond, type Seen } from './support/origin.ts';
import { line, type Program } from './support/process.ts';
import { until } from './support/until.ts';

const ID = 'x-request-id';

/** Fields of the connection and of the moment. */
const NOT_OF_THE_APP = ['connection', 'keep-alive', 'date'];
const FRAMING = ['content-length', 'transfer-encoding'];

/** Handlers that stream the request body back as their response. */
const PASSES = /^an echo/;

type Place = 'plain' | 'mirrored' | 'fetched' | 'compared' | 'comparedFetch' | 'narrow';

beforeAll(prepareServers, PREPARE_MS);
// At the end of the file: the first server that is done must not take the project of another.
afterAll(removeTemporary);

// The servers at the same time, as their apps wait for timeouts most of theirs.
describe.concurrent.each(servers.map((one) => [one.name, one] as const))(
  'behind %s',
  (_, server) => {
    describe.sequential('an app', () => behind(server));
  },
);

function behind(server: AppServer): void {
  /** `undefined` if it did not start. */
  let program: Program | undefined;
  let upstream: Origin;
  let mirror: Origin;
  let port: number;
  let requests = 0;
  let asking: Promise<void> | null = null;
  /** Outcomes by request id. */
  const outcomes = new Map<string, string[]>();
  /** What the mirror responds, by request id. Default: an empty text. */
  const replies = new Map<string, Respond>();

  beforeAll(async () => {
    [upstream, mirror] = await Promise.all([
      origin(),
      origin((seen, response) => (replies.get(idOf(seen)) ?? empty)(seen, response)),
    ]);
    // Else an end of an idle connection may meet a copy: what each request comes to would depend on the machine's speed.
    for (const one of [upstream, mirror]) one.server.keepAliveTimeout = 0;
    program = await server.start('mirrored', upstream.url, mirror.url);
    port = Number((await line(program, /^(?:port |listening on .*:)(\d+)/m))[1]);
  });
  afterAll(async () => {
    program?.signal('SIGKILL');
    await Promise.all([program?.exited, upstream.close(), mirror.close()]);
  });

  async function ask(): Promise<void> {
    const { body } = await send(`http://127.0.0.1:${port}`, '/outcomes', { agent: false });
    for (const [id, outcome] of JSON.parse(body.toString()) as [string, string][])
      outcomes.set(id, [...(outcomes.get(id) ?? []), outcome]);
  }

  /** All who wait for an outcome ask together: each by itself, they would keep the app and this process busy with that. */
  function reported(): Promise<void> {
    return (asking ??= ask().finally(() => (asking = null)));
  }

  async function outcomeOf(id: string): Promise<string> {
    const there = async () => (await reported(), outcomes.has(id));
    await until(there, 25_000, `the outcome of ${id}`);
    return outcomes.get(id)!.join();
  }

  const fresh = (place: string) => `${place}-${++requests}`;

  /** All that the client and the upstream behind the app can see of an exchange. */
  async function exchange(place: Place, handler: string, { request }: Case, reply?: Respond) {
    const id = `${place}-${++requests}`;
    if (reply !== undefined) replies.set(id, reply);
    const got = await send(`http://127.0.0.1:${port}`, `/${place}/${names.indexOf(handler)}`, {
      ...request,
      headers: { ...request.headers, [ID]: id },
      agent: false,
    });
    const seen = { client: shown(server, handler, got), upstream: forwarded(server, upstream, id) };
    return { id, got, seen };
  }

  it.each(namesFor(server))('an app that does with a body: %s', async (handler) => {
    await Promise.all(
      casesOf(handler).map(async (one) => {
        const plain = await exchange('plain', handler, one);
        const through = async (place: Place) => {
          const what = `${one.what}, ${place}`;
          const { id, seen } = await exchange(place, handler, one);
          expect(seen, what).toEqual(plain.seen);
          const outcome = await outcomeOf(id);
          expect(one.outcomes, `${what}: ${outcome}`).toContain(outcome);
          const copied = outcome === 'sent 2xx' ? (one.request.body ?? '') : undefined;
          expect(seenAs(mirror, id)?.body.toString(), what).toBe(copied);
        };
        await Promise.all([through('mirrored'), through('fetched')]);
      }),
    );
  });

  describe('clients', () =>
    clients(server, () => ({
      port,
      mirror,
      outcomeOf,
      fresh,
    })));

  describe('comparisons', () =>
    comparisons(server, () => ({ port, outcomeOf, exchange, replies, fresh })));

  it('holds no byte after a thousand requests', async () => {
    const text = { headers: { 'content-type': 'text/plain' }, body: 'abcd'.repeat(5000) };
    const shapes = [
      { method: 'POST', ...text },
      { method: 'POST', ...text, chunks: 5000 },
    ];
    const known = namesFor(server);
    const ids: string[] = [];
    for (let i = 0; i < 50; i++) {
      const batch = Array.from({ length: 20 }, (_, j) => known[(i * 20 + j) % known.length]!);
      const asked = batch.map((handler, j) => {
        const special =
          casesOf(handler).length === 1 ? casesOf(handler)[0]!.request : shapes[j % 2]!;
        return exchange('narrow', handler, { what: '', request: special, outcomes: [] });
      });
      // A server that discards the rest of a body may close its connection early.
      for (const one of await Promise.allSettled(asked))
        if (one.status === 'fulfilled') ids.push(one.value.id);
    }
    await Promise.all(ids.map(outcomeOf));
    const all = { method: 'POST', body: 'a'.repeat(500_000) };
    const { id } = await exchange('narrow', 'text', { what: '', request: all, outcomes: [] });
    expect(await outcomeOf(id)).toBe('sent 2xx');
  }, 120_000);

  it('has reported exactly one outcome for each request', async () => {
    await reported();
    expect([...outcomes].filter(([, all]) => all.length !== 1)).toEqual([]);
    expect([...outcomes.keys()].filter((id) => id.startsWith('plain'))).toEqual([]);
  });
}

function shown(server: AppServer, handler: string, { status, headers, body }: Got) {
  const framed = server.framesStreams !== false || !PASSES.test(handler);
  const dropped = [...NOT_OF_THE_APP, ...(framed ? [] : FRAMING)];
  const fields = Object.entries(headers).filter(([name]) => !dropped.includes(name));
  return { status, fields: fields.toSorted(), body: body.toString('latin1') };
}

function forwarded(server: AppServer, upstream: Origin, id: string) {
  const seen = seenAs(upstream, id);
  if (seen === undefined) return null;
  const framing = server.framesStreams === false ? [] : FRAMING;
  return { body: seen.body.toString(), framing: framing.map((name) => seen.headers[name]) };
}

const idOf = ({ headers }: Pick<Seen, 'headers'>) => String(headers[ID]);
const empty: Respond = (_, response) => void response.end();

function seenAs({ seen }: Origin, id: string) {
  return seen.find(({ headers }) => headers[ID] === id);
}
