import { afterEach, describe, expect, it } from 'vitest';
import { block, FLAG, FRAME, frame, get, RawHttp2 } from '../../support/http2-frames.ts';
import type { Http2Scene } from '../http2.ts';

/**
 * Requests that no server should take, and the status that says so where the client does not only get a reset. `dropped`:
 * where node:http2 drops the field by itself, the request goes on without it.
 */
type Case = readonly [what: string, fields: readonly string[], status?: string];

const MALFORMED: readonly Case[] = [
  ['no :method', [':scheme', 'http', ':path', '/', ':authority', 'a']],
  ['no :path', [':method', 'GET', ':scheme', 'http', ':authority', 'a']],
  ['no :scheme', [':method', 'GET', ':path', '/', ':authority', 'a']],
  ['no host', [':method', 'GET', ':scheme', 'http', ':path', '/']],
  ['an empty :path', get('')],
  ['a :path that is no path', get('a')],
  ['a :path in absolute form', get('http://evil.test/')],
  ['a space in :path', get('/a b')],
  ['a line end in :path', get('/a\r\nx: 1')],
  [
    'a method that is no token',
    [':method', 'G T', ':scheme', 'http', ':path', '/', ':authority', 'a'],
  ],
  [':path twice', get('/', ':path', '/')],
  ['an unknown pseudo-field', get('/', ':x', '1')],
  ['a pseudo-field of responses', get('/', ':status', '200')],
  ['a pseudo-field behind the others', [...get('/').slice(0, 6), 'x', '1', ':authority', 'a.test']],
  ['a name with capitals', get('/', 'X-A', '1')],
  ['a name with a space', get('/', 'x a', '1'), 'dropped'],
  ['a name with a colon', get('/', 'x:a', '1'), 'dropped'],
  ['an empty name', get('/', '', '1'), 'dropped'],
  ['a line end in a value', get('/', 'x', 'a\r\nb: 1'), 'dropped'],
  ['a NUL in a value', get('/', 'x', 'a\0b'), 'dropped'],
  ['a space before a value', get('/', 'x', ' a'), 'dropped'],
  ['a space behind a value', get('/', 'x', 'a '), 'dropped'],
  ['Connection', get('/', 'connection', 'close')],
  ['Keep-Alive', get('/', 'keep-alive', 'timeout=5')],
  ['Proxy-Connection', get('/', 'proxy-connection', 'keep-alive')],
  ['Transfer-Encoding', get('/', 'transfer-encoding', 'chunked')],
  ['Upgrade', get('/', 'upgrade', 'websocket')],
  ['TE that is not trailers', get('/', 'te', 'gzip')],
  ['Host that differs from :authority', get('/', 'host', 'b.test')],
  ['Host twice', get('/', 'host', 'a.test', 'host', 'a.test')],
  ['a user in :authority', [...get('/').slice(0, 6), ':authority', 'me@a.test']],
  ['a path in :authority', [...get('/').slice(0, 6), ':authority', 'a.test/x']],
  ['Content-Length twice', get('/', 'content-length', '0', 'content-length', '0')],
  ['a Content-Length that is no length', get('/', 'content-length', '-1')],
  ['a Content-Length without a body', get('/', 'content-length', '5')],
  ['CONNECT', [':method', 'CONNECT', ':authority', 'a.test:80'], '501'],
  [
    'extended CONNECT',
    [':method', 'CONNECT', ':protocol', 'websocket', ...get('/').slice(2)],
    '501',
  ],
  ['an unknown expectation', get('/', 'expect', 'tea'), '417'],
  ['a :path over 8 KiB', get(`/${'a'.repeat(9000)}`), '414'],
  [
    'a head over 32 KiB',
    get('/', ...Array.from({ length: 10 }, (_, i) => [`x-${i}`, 'a'.repeat(3500)]).flat()),
    '431',
  ],
  [
    'over 200 fields',
    get('/', ...Array.from({ length: 201 }, (_, i) => [`x-${i}`, 'a']).flat()),
    '431',
  ],
];

const CASES = MALFORMED.map(([what, fields, status]) => ({ what, fields, status }));

/**
 * What a request over HTTP/2 must not be (RFC 9113 section 8), and that it ends alone: but for Deno, where what node:http2
 * finds ends the connection, as RFC 9113 section 5.4.2 allows. So does an empty name on Bun.
 */
export function malformed(scene: () => Http2Scene): void {
  const opened: RawHttp2[] = [];
  afterEach(() => opened.splice(0).forEach(({ socket }) => socket.destroy()));
  async function open(): Promise<RawHttp2> {
    const raw = await RawHttp2.open(scene().gateway.port);
    opened.push(raw);
    return raw;
  }

  function ends(status: string, what: string): RegExp {
    const { name } = scene().runtime;
    if (name === 'deno') return new RegExp(`^(?:reset 1|goaway 1|${status})$`);
    const compression = name === 'bun' && what === 'an empty name' ? '|closed' : '';
    return new RegExp(`^(?:reset 1|${status}${compression})$`);
  }

  it.each(CASES)('$what', async ({ what, fields, status = '400' }) => {
    const raw = await open();
    const before = scene().upstream.seen.length;
    const flags = FLAG.END_STREAM | FLAG.END_HEADERS;
    const whole = block(...fields);
    const parts: Buffer[] = [];
    for (let at = 0; at < whole.byteLength; at += 16_000)
      parts.push(whole.subarray(at, at + 16_000));
    parts.forEach((part, i) => {
      const last = i === parts.length - 1 ? FLAG.END_HEADERS : 0;
      raw.send(
        i === 0
          ? frame(FRAME.HEADERS, (flags & ~FLAG.END_HEADERS) | last, 1, part)
          : frame(FRAME.CONTINUATION, last, 1, part),
      );
    });
    const fate = await raw.fate(1);
    const refused = status === 'dropped' ? '400' : status;
    const passed = status === 'dropped' && fate === '200';
    expect(passed ? refused : fate).toMatch(ends(refused, what));
    const next = /^goaway|^closed/.test(fate) ? await open() : raw;
    next.request(3, get('/still-here'));
    expect(await next.fate(3)).toBe('200');
    const { seen } = scene().upstream;
    expect(seen.length).toBe(before + (passed ? 2 : 1));
    for (const { rawHeaders } of seen.slice(before))
      expect(
        rawHeaders.filter((name, i) => i % 2 === 0 && /^(?:x|b|x a|x:a|)$/i.test(name)),
      ).toEqual([]);
  });

  describe('a body of another length than its Content-Length', () => {
    it.each([
      ['shorter', 'abc'],
      ['longer', 'abcdefgh'],
    ])('%s', async (_, body) => {
      const raw = await open();
      const fields = block(':method', 'POST', ...get('/length').slice(2), 'content-length', '5');
      raw.send(
        frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, fields),
        frame(FRAME.DATA, FLAG.END_STREAM, 1, Buffer.from(body)),
      );
      const fate = await raw.fate(1);
      expect(fate).toMatch(ends('400', ''));
      const next = /^goaway|^closed/.test(fate) ? await open() : raw;
      next.request(3, get('/still-here'));
      expect(await next.fate(3)).toBe('200');
      expect(scene().upstream.seen.some(({ url }) => url === '/length')).toBe(false);
    });
  });
}
