import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RESPONSES } from './taps/responses.mjs';
import { servers, type Started } from './taps/servers.ts';
import { startUpstream, type Upstream } from './taps/upstream.ts';
import { type Got, open, send, type Send } from './support/client.ts';
import { until } from './support/until.ts';

/** What a tap was told of one response. */
interface Row {
  readonly side: 'primary' | 'mirror' | 'app';
  readonly target: string;
  /** Why there is no recording; absent if there is one. */
  readonly lost?: string;
  readonly status?: number;
  readonly headers?: readonly string[];
  readonly trailers?: readonly string[] | null;
  readonly size?: number;
  readonly sha256?: string;
  readonly calls?: { readonly heads: number; readonly ends: number };
  readonly cancelled?: true;
}

const CASES: readonly [name: string, request?: Send][] = [
  ['text'],
  ['text', { method: 'HEAD' }],
  ['too-much', { method: 'HEAD' }],
  ['empty'],
  ['gzip'],
  ['br'],
  ['gzip-in-chunks'],
  ['as-much-as-wanted'],
  ['trailers', { headers: { te: 'trailers' } }],
  ['slow'],
  ['no-content'],
  ['not-modified'],
  ['not-found'],
  ['redirect'],
  ['hinted'],
];

const ACCEPT = { 'accept-encoding': 'gzip, br' };
/** Fields of one hop, or of the moment. */
const NOT_OF_THE_APP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'date',
]);

describe.each(servers.map((server) => [server.name, server] as const))('behind %s', (_, server) => {
  let origin: Upstream;
  let started: Started;
  let rows: Row[] = [];

  beforeAll(async () => {
    origin = await startUpstream();
    started = await server.start(origin.node);
  });
  afterAll(async () => {
    started.program.signal('SIGKILL');
    await Promise.all([started.program.exited, origin.close()]);
  });
  afterEach(async () => {
    // Nothing is held once every recording is over.
    await until(async () => (await taps()).held === 0, 10_000, 'the memory to be free');
    rows = [];
  });

  async function taps(): Promise<{ held: number }> {
    const { body } = await send(started.app, '/taps', { agent: false });
    const { rows: more, held } = JSON.parse(body.toString()) as { rows: Row[]; held: number };
    rows.push(...more);
    return { held };
  }
  async function rowOf(side: Row['side']): Promise<Row> {
    const found = () => rows.find((row) => row.side === side && !row.cancelled);
    await until(async () => (await taps(), found() !== undefined), 10_000, `the row of ${side}`);
    return found()!;
  }

  const cases = CASES.filter(([name]) => !server.misreads?.includes(name));

  it.each(cases)('records of upstream and mirror: %s, %o', async (name, request = {}) => {
    const options = {
      agent: false as const,
      ...request,
      headers: { ...ACCEPT, ...request.headers },
    };
    const [sent, got] = await Promise.all(
      [`http://${origin.node}`, started.gateway].map((url) => send(url, `/up/${name}`, options)),
    );
    expect([got!.status, content(got!)]).toEqual([sent!.status, content(sent!)]);
    const isDecoded = server.decodes === true && sent!.headers['content-encoding'] !== undefined;
    const primary = await rowOf('primary');
    expect(primary).toMatchObject(
      recordingOf(sent!.status, isDecoded ? content(sent!) : sent!.body),
    );
    expect(fieldsOf(primary.headers!)).toEqual(
      fieldsOf(sent!.rawHeaders).filter(
        (field) => !isDecoded || !/^content-(?:encoding|length):/.test(field),
      ),
    );
    expect(primary.trailers).toEqual(server.onFetch || name !== 'trailers' ? null : ['x-sum', '1']);
    expect(await rowOf('mirror')).toEqual({ ...primary, side: 'mirror' });
  });

  it.each(['too-much', 'too-much-in-chunks'])('records nothing of %s', async (name) => {
    const got = await send(started.gateway, `/up/${name}`, { agent: false });
    expect(got.body.length).toBeGreaterThan(256 * 1024);
    for (const side of ['primary', 'mirror'] as const)
      expect(await rowOf(side)).toMatchObject({ lost: 'body_too_large', calls: ONCE });
  });

  it('delays no event', async () => {
    const message = await open(started.gateway, '/up/events', { agent: false });
    const parts = message[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    expect(String((await parts.next()).value)).toBe('data: 0\n\n');
    for (const event of ['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']) {
      await until(() => origin.waiting.size === 2, 5000, 'upstream and mirror to wait');
      for (const response of origin.waiting) response.write(event);
      expect(String((await parts.next()).value)).toBe(event);
    }
    for (const response of origin.waiting) response.end();
    expect((await parts.next()).done).toBe(true);
    expect(await rowOf('primary')).toMatchObject({ size: 36, calls: ONCE });
    expect(await rowOf('mirror')).toMatchObject({ size: 36, calls: ONCE });
  });

  it('ends once if the client leaves half-way', async () => {
    const before = origin.left;
    const message = await open(started.gateway, '/up/endless', { agent: false });
    await once(message, 'data');
    message.destroy();
    const lost = { lost: 'body_incomplete', calls: ONCE };
    expect(await rowOf('primary')).toMatchObject(lost);
    // Its time is over.
    expect(await rowOf('mirror')).toMatchObject(lost);
    await until(() => origin.left === before + 2, 5000, 'the upstream to see it');
  });

  it('ends once if the upstream breaks off', async () => {
    await send(started.gateway, '/up/breaks', { agent: false }).catch(() => {});
    const lost = { lost: 'body_incomplete', calls: ONCE };
    expect(await rowOf('primary')).toMatchObject(lost);
    expect(await rowOf('mirror')).toMatchObject(lost);
  });

  it('hears nothing where there is no response', async () => {
    const { status } = await send(started.gateway, '/refused/x', { agent: false });
    expect(status).toBe(502);
    expect(await rowOf('primary')).toMatchObject({
      lost: 'body_incomplete',
      calls: { heads: 0, ends: 0 },
    });
  });

  it('holds no more memory for a response of 512 MiB', { timeout: 120_000 }, async () => {
    // A Worker takes ten times as long.
    const sizeMib = server.name === 'a Worker' ? 256 : 512;
    await drained('/up/long?64');
    rows = [];
    const pid = started.program.child.pid!;
    const before = memoryOf(pid);
    let most = 0;
    const size = await drained(`/up/long?${sizeMib}`, () => (most = Math.max(most, memoryOf(pid))));
    expect(size).toBe(sizeMib * 1024 * 1024);
    expect(await rowOf('primary')).toMatchObject({ lost: 'body_too_large', calls: ONCE });
    expect((most - before) / 1024 / 1024).toBeLessThan(150);
  });

  async function drained(target: string, look: () => void = () => {}): Promise<number> {
    const message = await open(started.gateway, target, { agent: false });
    let size = 0;
    let looked = 0;
    for await (const part of message as AsyncIterable<Buffer>) {
      size += part.length;
      if (size - looked < 16 * 1024 * 1024) continue;
      looked = size;
      look();
    }
    return size;
  }

  const WHOLE = Object.keys(RESPONSES).filter((name) => !/too-much|endless|broken/.test(name));

  it.each(WHOLE)('records of an app, without a difference to its client: %s', async (name) => {
    const [plain, tapped] = await Promise.all(
      ['plain', 'app'].map((place) => send(started.app, `/${place}/${name}`, { agent: false })),
    );
    expect(seenOf(tapped!)).toEqual(seenOf(plain!));
    const row = await rowOf('app');
    expect(row).toMatchObject(recordingOf(plain!.status, plain!.body));
    // Servers add fields to those of the app, and not all keep the length of a stream.
    const fields = fieldsOf(row.headers!).filter((field) => !field.startsWith('content-length:'));
    expect(fieldsOf(plain!.rawHeaders)).toEqual(expect.arrayContaining(fields));
  });

  it.each(['too-much', 'too-much-in-pieces'])('records nothing of an app: %s', async (name) => {
    const [plain, tapped] = await Promise.all(
      ['plain', 'app'].map((place) => send(started.app, `/${place}/${name}`, { agent: false })),
    );
    expect(seenOf(tapped!)).toEqual(seenOf(plain!));
    expect(await rowOf('app')).toMatchObject({ lost: 'body_too_large', calls: ONCE });
  });

  it("streams an app's response on, and its client's leaving back", async () => {
    const message = await open(started.app, '/app/endless', { agent: false });
    const [part] = (await once(message, 'data')) as [Buffer];
    expect(part.toString()).toMatch(/^(?:on and on)+$/);
    message.destroy();
    expect(await rowOf('app')).toMatchObject({ lost: 'body_incomplete', calls: ONCE });
    const cancelled = async () => (await taps(), rows.some((row) => row.cancelled));
    await until(cancelled, 5000, "the app's stream to be cancelled");
  });

  it("ends once if an app's response breaks off", async () => {
    // A Worker ends it as if it were complete.
    await send(started.app, '/app/broken', { agent: false }).catch(() => {});
    expect(await rowOf('app')).toMatchObject({ lost: 'body_incomplete', calls: ONCE });
  });
});

const ONCE = { heads: 1, ends: 1 };

function recordingOf(status: number, body: Buffer) {
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { status, size: body.length, sha256, calls: ONCE };
}

/** The bytes of a response without their coding. */
function content({ body, headers }: Got): Buffer {
  if (body.length === 0) return body;
  if (headers['content-encoding'] === 'gzip') return gunzipSync(body);
  return headers['content-encoding'] === 'br' ? brotliDecompressSync(body) : body;
}

/** What a client gets of a response. */
function seenOf({ status, reason, rawHeaders, body }: Got) {
  const framed = rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  const framing = framed.filter((name) => /^(?:content-length|transfer-encoding)$/.test(name));
  return { status, reason, fields: fieldsOf(rawHeaders), framing, body: body.toString('latin1') };
}

function fieldsOf(list: readonly string[]): string[] {
  const fields: string[] = [];
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!.toLowerCase();
    if (!NOT_OF_THE_APP.has(name)) fields.push(`${name}: ${list[i + 1]!}`);
  }
  return fields.toSorted();
}

/** Resident memory of a program and its children, in bytes. */
function memoryOf(pid: number): number {
  const read = (path: string) => readFileSync(`/proc/${path}`, 'utf8');
  const children = read(`${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean);
  const kib = Number(/^VmRSS:\s+(\d+)/m.exec(read(`${pid}/status`))?.[1] ?? 0);
  return children.reduce((sum, child) => sum + memoryOf(Number(child)), kib * 1024);
}
