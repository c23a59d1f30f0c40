import { expect, it } from 'vitest';
import type { Wire } from '../strictness.ts';
import { conversation, refusal } from './conversation.ts';

const HOST = 'Host: h\r\n';
const LAST = `GET /last HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
const post = (fields: string, body = '') => `POST /p HTTP/1.1\r\n${HOST}${fields}\r\n${body}`;
const chunks = (body: string) => post('Transfer-Encoding: chunked\r\n', body);

/** Inputs of advisories that are refused here; each has a second request behind it. */
const REFUSED: Readonly<Record<string, readonly [status: number, text: string]>> = {
  'CVE-2018-7159, a length with a space in it': [400, post('Content-Length: 1 2\r\n', 'x')],
  'CVE-2019-15605, a coding that is chunked to some': [
    400,
    post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'),
  ],
  'CVE-2020-8287, chunks twice': [
    400,
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n', '0\r\n\r\n'),
  ],
  'CVE-2021-22959, a space before a colon': [400, post('Content-Length : 1\r\n', 'x')],
  'CVE-2022-32213, chunks that are not the last coding': [
    400,
    post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'),
  ],
  'CVE-2022-32214, fields that end in a bare CR': [400, post('A: 1\rB: 2\r\n')],
  'CVE-2022-32215, a coding in several lines': [
    400,
    post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n'),
  ],
  'CVE-2022-35256, a field that ends in no CRLF': [400, post('A: 1\nContent-Length: 1\r\n', 'x')],
  'CVE-2023-30589, an empty value and a bare CR': [400, post('A:\rContent-Length: 1\r\n', 'x')],
  'CVE-2023-25725, a field without a name': [400, post(': 1\r\nContent-Length: 1\r\n', 'x')],
  'CVE-2023-40225, an empty length': [400, post('Content-Length:\r\nContent-Length: 1\r\n', 'x')],
  'CVE-2024-27982, a space before a length': [400, post(' Content-Length: 1\r\n', 'x')],
  'CVE-2025-23167, a head that ends in CR LF CR and a letter': [
    400,
    `GET /p HTTP/1.1\r\n${HOST}A: 1\r\n\rXGET /smuggled HTTP/1.1\r\n${HOST}\r\n`,
  ],
  'CVE-2026-1525, two lengths in other letters': [
    400,
    post('Content-Length: 1\r\ncontent-length: 2\r\n', 'xy'),
  ],
  'CVE-2026-2835, chunks in HTTP/1.0': [
    400,
    `POST /p HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  'CVE-2026-71324, CONNECT': [501, `CONNECT h:80 HTTP/1.1\r\n${HOST}\r\n`],
  'CVE-2021-32714, a chunk size beyond counting': [400, chunks('10000000000000005\r\nhello\r\n')],
  'CVE-2024-22019, chunk extensions without end': [
    400,
    chunks(`1;a=${'b'.repeat(4000)}\r\nx\r\n`.repeat(8)),
  ],
  'CVE-2025-22871, a bare LF after a chunk size': [400, chunks('5;a\nhello\r\n0\r\n\r\n')],
  'CVE-2026-2332, a line end in the quotes of a chunk extension': [
    400,
    chunks('1;a="\r\nX\r\n0\r\n\r\n"\r\n'),
  ],
  'CVE-2026-69216, a chunk size with a sign': [400, chunks('+5\r\nhello\r\n0\r\n\r\n')],
};

/** What the upstream gets of requests that misled others: `null` for fields that it must not get. */
const FORWARDED: Readonly<
  Record<string, readonly [fields: string, expected: Readonly<Record<string, string | null>>]>
> = {
  'CVE-2024-45410, Connection names what is written here': [
    'Connection: X-Forwarded-Host, X-Forwarded-Port, X-Real-IP\r\n',
    { 'x-forwarded-host': 'h', 'x-real-ip': '127.0.0.1' },
  ],
  'CVE-2026-29054, in other letters': ['Connection: x-real-ip\r\n', { 'x-real-ip': '127.0.0.1' }],
  'CVE-2026-105299, Connection names a field': [
    'Connection: X-Hop\r\nX-Hop: 1\r\n',
    { 'x-hop': null, connection: null },
  ],
  'CVE-2026-88011, a field that looks alike to CGI': [
    'X.Real.IP: 198.51.100.7\r\nX_Real_IP: 198.51.100.7\r\n',
    { 'x.real.ip': null, x_real_ip: null, 'x-real-ip': '127.0.0.1' },
  ],
  'CVE-2026-73548, an unknown upgrade': [
    'Connection: Upgrade\r\nUpgrade: x\r\n',
    { upgrade: null },
  ],
  'CVE-2026-21710, a field that is a property of all objects': [
    '__proto__: 1\r\n',
    { 'x-real-ip': '127.0.0.1' },
  ],
  'CVE-2021-40346, a name longer than a byte counts': [
    `Content-Length0${'a'.repeat(255)}: \r\n`,
    { 'content-length': null },
  ],
};

/** Inputs of advisories about other products, by their ids: one request in is one request out, or none. */
export function advisories(wire: () => Wire): void {
  it.each(Object.entries(REFUSED))('%s: refused', async (_, [status, text]) => {
    const before = wire().upstream.seen.length;
    expect(await conversation(wire().gateway.port, text + LAST)).toMatch(refusal(status));
    expect(wire().upstream.seen.length).toBe(before);
  });

  it.each(Object.entries(FORWARDED))('%s: forwarded correctly', async (_, [fields, expected]) => {
    const { upstream, gateway } = wire();
    const before = upstream.seen.length;
    const text = `GET /p HTTP/1.1\r\n${HOST}${fields}\r\n${LAST}`;
    const received = await conversation(gateway.port, text);
    expect(received.match(/^HTTP\/1\.1 200 /gm)?.length).toBe(2);
    const seen = upstream.seen.slice(before);
    expect(seen.map(({ url }) => url)).toEqual(['/p', '/last']);
    for (const [name, value] of Object.entries(expected))
      expect([name, seen[0]!.headers[name] ?? null]).toEqual([name, value]);
  });

  it('CVE-2026-2833, bytes after an upgrade: a separate request', async () => {
    const { upstream, gateway } = wire();
    const before = upstream.seen.length;
    const upgrade = `GET /p HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
    const received = await conversation(gateway.port, upgrade + LAST);
    expect(received.match(/^HTTP\/1\.1 200 /gm)?.length).toBe(2);
    expect(upstream.seen.slice(before).map(({ url }) => url)).toEqual(['/p', '/last']);
  });
}
