import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import {
  block,
  CODE,
  FLAG,
  FRAME,
  type Frame,
  frame,
  get,
  PREFACE,
  RawHttp2,
  word,
} from '../../support/http2-frames.ts';
import { ask } from '../../support/http2-client.ts';
import { route } from '../../support/origin.ts';
import { until } from '../../support/until.ts';
import { HOLD_MS, MAX_IDLE_FRAMES } from '../../../src/http2/limits.ts';
import { MAX_STREAMS, TOO_LARGE_HEAD_COST } from '../../../src/http2/server/limits.ts';
import type { Http2Scene } from '../http2.ts';

const OPENS = FLAG.END_STREAM | FLAG.END_HEADERS;

/** What a client sends again and again: `i` counts from 1. */
const FLOODS: Readonly<Record<string, (i: number) => Uint8Array>> = {
  PING: () => frame(FRAME.PING, 0, 0, Buffer.alloc(8)),
  'answers to pings that nobody sent': () => frame(FRAME.PING, FLAG.ACK, 0, Buffer.alloc(8)),
  SETTINGS: () => frame(FRAME.SETTINGS, 0, 0, Buffer.concat([Buffer.of(0, 4), word(65_535)])),
  'empty SETTINGS': () => frame(FRAME.SETTINGS, 0, 0),
  PRIORITY: (i) => frame(FRAME.PRIORITY, 0, 2 * i + 1, Buffer.concat([word(0), Buffer.of(1)])),
  'WINDOW_UPDATE of one byte': () => frame(FRAME.WINDOW_UPDATE, 0, 0, word(1)),
  'frames that nobody knows': () => frame(0xfe, 0, 0, Buffer.alloc(1)),
  GOAWAY: () => frame(FRAME.GOAWAY, 0, 0, Buffer.alloc(8)),
  'requests that are taken back at once': (i) =>
    Buffer.concat([
      frame(FRAME.HEADERS, OPENS, 2 * i + 1, block(...get('/reset'))),
      frame(FRAME.RST_STREAM, 0, 2 * i + 1, word(CODE.CANCEL)),
    ]),
  'RST_STREAM of a stream that is gone': () => frame(FRAME.RST_STREAM, 0, 1, word(CODE.CANCEL)),
};

/** What a client could keep the gateway busy with, without asking for anything. */
export function floods(scene: () => Http2Scene): void {
  const opened: RawHttp2[] = [];
  afterEach(() => opened.splice(0).forEach(({ socket }) => socket.destroy()));
  async function open(settings?: Uint8Array): Promise<RawHttp2> {
    const raw = await RawHttp2.open(scene().gateway.port, settings);
    opened.push(raw);
    return raw;
  }
  /** Sends one piece after the other until the connection ends; fails if that takes too many. */
  async function flood(raw: RawHttp2, piece: (i: number) => Uint8Array, most = 20_000) {
    for (let i = 1; i <= most && !raw.isClosed && !isEnded(raw);) {
      const pieces: Uint8Array[] = [];
      for (const end = i + 100; i < end; i++) pieces.push(piece(i));
      if (!raw.send(...pieces)) await drained(raw);
      else await new Promise(setImmediate);
    }
  }

  it.each(Object.entries(FLOODS))('%s: the connection ends, others go on', async (what, piece) => {
    const raw = await open();
    raw.request(1, get('/first'));
    expect(await raw.fate(1)).toBe('200');
    await flood(raw, piece);
    // node:http2 has limits of its own for a few of these, and may find them reached first.
    const own = /^(?:PING|answers)|SETTINGS/.test(what) ? [CODE.INTERNAL_ERROR, 'closed'] : [];
    const code = await raw.goaway().catch(() => 'closed');
    expect([CODE.ENHANCE_YOUR_CALM, ...own]).toContain(code);
    await until(() => raw.isClosed, 5000, 'the end of the connection');
    expect((await ask(await scene().open(), '/others')).status).toBe(200);
  });

  it('PING together with the preface', async () => {
    const raw = new RawHttp2(connect(scene().gateway.port, '127.0.0.1'));
    opened.push(raw);
    const pings = Array.from({ length: 3000 }, () => FLOODS['PING']!(1));
    raw.send(Buffer.from(PREFACE), frame(FRAME.SETTINGS, 0, 0), ...pings);
    await until(() => raw.isClosed, 5000, 'the end of the connection');
    expect((await ask(await scene().open(), '/others')).status).toBe(200);
  });

  it('empty DATA, for ever', async () => {
    const raw = await open();
    const head = block(':method', 'POST', ...get('/empty').slice(2));
    raw.send(frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, head));
    await flood(raw, () => frame(FRAME.DATA, 0, 1));
    expect(await raw.goaway()).toBe(CODE.ENHANCE_YOUR_CALM);
  });

  it('windows that open byte by byte', async () => {
    scene().respond = (_, response) => response.end(Buffer.alloc(1 << 20));
    const raw = await open(Buffer.concat([Buffer.of(0, 4), word(0)]));
    raw.request(1, get('/drops'));
    expect(await raw.fate(1)).toBe('200');
    await flood(raw, () => frame(FRAME.WINDOW_UPDATE, 0, 1, word(1)));
    expect(await raw.goaway()).toBe(CODE.ENHANCE_YOUR_CALM);
  });

  it('a head in CONTINUATIONs without end', async () => {
    const raw = await open();
    raw.send(frame(FRAME.HEADERS, FLAG.END_STREAM, 1, block(...get('/long'))));
    const began = performance.now();
    const more = block('x', 'a'.repeat(1000));
    await flood(raw, () => frame(FRAME.CONTINUATION, 0, 1, more), 500);
    expect([CODE.ENHANCE_YOUR_CALM, CODE.INTERNAL_ERROR]).toContain(await raw.goaway());
    // Held back as well where node:http2 ends it.
    expect(performance.now() - began).toBeGreaterThanOrEqual(HOLD_MS - 2);
  });

  it.each([300, 8000])('a head that is small and has %i fields of 4 KB', async (references) => {
    const raw = await open();
    // One field that goes into the table of the connection (RFC 7541 section 6.2.1), and then is named again and again.
    const field = Buffer.concat([block('x', 'a'.repeat(4000))]);
    field[0] = 0x40;
    const bomb = Buffer.concat([block(...get('/bomb')), field, Buffer.alloc(references, 0xbe)]);
    const before = scene().upstream.seen.length;
    raw.send(frame(FRAME.HEADERS, OPENS, 1, bomb));
    // It is not unpacked.
    expect(await raw.goaway()).toBe(CODE.ENHANCE_YOUR_CALM);
    expect(raw.frames.some(({ type }) => type === FRAME.RST_STREAM)).toBe(false);
    expect(scene().upstream.seen.length).toBe(before);
    expect((await ask(await scene().open(), '/others')).status).toBe(200);
  });

  it('heads over the limit: a response to as many as there may be, then the end', async () => {
    const raw = await open();
    // 36 KB, as above.
    const field = block('x', 'a'.repeat(4000));
    field[0] = 0x40;
    const head = Buffer.concat([block(...get('/over')), field, Buffer.alloc(8, 0xbe)]);
    const over = (i: number) => frame(FRAME.HEADERS, OPENS, 2 * i + 1, head);
    const most = MAX_IDLE_FRAMES / TOO_LARGE_HEAD_COST;
    for (let i = 1; i <= most; i++) {
      raw.send(over(i));
      const isResponse = (one: Frame) => one.type === FRAME.HEADERS && one.stream === 2 * i + 1;
      await raw.until(isResponse, `response ${i}`);
    }
    await flood(raw, (i) => over(most + i), 100);
    expect(await raw.goaway()).toBe(CODE.ENHANCE_YOUR_CALM);
    expect((await ask(await scene().open(), '/others')).status).toBe(200);
  });

  it.each([
    ['heads that unpack to 80 KB', () => block('x', 'a'.repeat(4000)), 20],
    ['malformed requests', () => block('X', ''), 0],
  ])('%s, one after the other', async (_, field, references) => {
    const raw = await open();
    const first = field();
    // Into the table, as above; each further byte is that field again.
    if (references > 0) first[0] = 0x40;
    const head = Buffer.concat([block(...get('/again')), first, Buffer.alloc(references, 0xbe)]);
    await flood(raw, (i) => frame(FRAME.HEADERS, OPENS, 2 * i + 1, head), 2000);
    await until(() => raw.isClosed, 5000, 'the end of the connection');
    expect((await ask(await scene().open(), '/others')).status).toBe(200);
  });

  it('requests that are taken back in the piece that brings them reach no upstream', async () => {
    const raw = await open();
    const before = scene().upstream.seen.length;
    // More than there may be at a time: none of them is held.
    const pairs = Array.from({ length: 1.5 * MAX_STREAMS }, (_, i) =>
      FLOODS['requests that are taken back at once']!(i + 1),
    );
    raw.send(Buffer.concat(pairs));
    // What comes after them has all been read by the time of its response.
    raw.request(999, get('/after'));
    expect(await raw.fate(999)).toBe('200');
    expect(
      scene()
        .upstream.seen.slice(before)
        .map(({ url }) => url),
    ).toEqual(['/after']);
  });

  it('an end is held back, so that who waits for it cannot begin anew at once', async () => {
    const raw = await open();
    const began = performance.now();
    raw.send(...Array.from({ length: 3000 }, () => FLOODS['PING']!(1)));
    expect(await raw.goaway()).toBe(CODE.ENHANCE_YOUR_CALM);
    // Timers may fire up to a millisecond early.
    expect(performance.now() - began).toBeGreaterThanOrEqual(HOLD_MS - 2);
    await until(() => raw.isClosed, 5000, 'the end of the connection');
  });

  it('a connection that is only held back makes room for others', async () => {
    const { runtime, upstream } = scene();
    const full = await runtime.start({
      routes: [{ id: '1', ...route(upstream, null, { uri: '/*' }) }],
      env: { MAX_CONNECTIONS: '1' },
    });
    const raw = await RawHttp2.open(full.port);
    opened.push(raw);
    raw.send(...Array.from({ length: 3000 }, () => FLOODS['PING']!(1)));
    await until(async () => (await fetch(`${full.url}/room`)).status === 200, 5000, 'room');
    await until(() => raw.isClosed, 5000, 'the end of the connection');
    await full.stop();
  });

  it('more streams than there may be', async () => {
    let held: (() => void)[] = [];
    scene().respond = (_, response) => held.push(() => response.end('ok'));
    const raw = await open();
    for (let i = 0; i < 105; i++) raw.request(2 * i + 1, get('/many'));
    // Node and Deno end the connection, as this client knows how many there may be.
    const refused = /^(?:reset 7|goaway 1|closed)$/;
    for (let i = 100; i < 105; i++) expect(await raw.fate(2 * i + 1)).toMatch(refused);
    expect(held.length).toBeLessThanOrEqual(100);
    held.forEach((release) => release());
    held = [];
    scene().respond = (_, response) => response.end();
    expect((await ask(await scene().open(), '/others')).status).toBe(200);
  });

  it('a window that stays closed holds the response no longer than CLIENT_TIMEOUT', async () => {
    scene().respond = (_, response) => response.end(Buffer.alloc(1 << 20));
    const raw = await open(Buffer.concat([Buffer.of(0, 4), word(0)]));
    raw.request(1, get('/closed'));
    const reset = await raw.until(({ type }) => type === FRAME.RST_STREAM, 'the reset', 20_000);
    expect(reset.payload.readUInt32BE()).toBe(CODE.INTERNAL_ERROR);
    raw.request(3, get('/after', 'x-a', '1'));
    scene().respond = (_, response) => response.end();
    expect(await raw.fate(3)).toBe('200');
  });

  it('what a client of large responses has to send is no flood', async () => {
    scene().respond = (_, response) => response.end(Buffer.alloc(64 << 20));
    const { body } = await ask(await scene().open(), '/large');
    expect(body.byteLength).toBe(64 << 20);
  });
}

function isEnded(raw: RawHttp2): boolean {
  return raw.frames.some(({ type }) => type === FRAME.GOAWAY);
}

function drained({ socket }: RawHttp2): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve).once('close', () => resolve());
  });
}
