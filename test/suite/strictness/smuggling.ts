import { expect, it } from 'vitest';
import type { Wire } from '../strictness.ts';
import { conversation, refusal } from './conversation.ts';

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
const post = (fields: string, body: string) =>
  `POST /p HTTP/1.1\r\nHost: h\r\n${fields}\r\n${body}`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const chunks = (body: string) => post(CHUNKED, body);

/** Requests that two parsers may read differently, with a second request behind or inside. */
const REFUSED: readonly (readonly [what: string, status: number, text: string])[] = [
  ['a length beside chunks', 400, post(`Content-Length: 5\r\n${CHUNKED}`, '0\r\n\r\n')],
  ['chunks beside a length', 400, post(`${CHUNKED}Content-Length: 5\r\n`, '0\r\n\r\n')],
  ['two lengths', 400, post('Content-Length: 0\r\nContent-Length: 9\r\n', '')],
  ['the same length twice', 400, post('Content-Length: 1\r\nContent-Length: 1\r\n', 'x')],
  ['a list of lengths', 400, post('Content-Length: 1, 1\r\n', 'x')],
  ['a length with a sign', 400, post('Content-Length: +1\r\n', 'x')],
  ['chunks twice', 400, post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n')],
  ['chunks that are not the last coding', 400, post('Transfer-Encoding: chunked, x\r\n', '')],
  ['another coding', 501, post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n')],
  ['a coding that is chunked to some', 501, post('Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n')],
  ['chunks in HTTP/1.0', 400, `POST /p HTTP/1.0\r\n${CHUNKED}\r\n0\r\n\r\n`],
  ['a folded length', 400, post('Content-Length:\r\n 5\r\n', 'hello')],
  ['a folded field', 400, post('A: 1\r\n\tTransfer-Encoding: chunked\r\n', '')],
  ['a space before a colon', 400, post('Content-Length : 5\r\n', 'hello')],
  ['a space in a name', 400, post('Transfer Encoding: chunked\r\n', '')],
  ['a bare LF for the end of a field', 400, post('A: 1\nContent-Length: 5\r\n', 'hello')],
  ['a bare CR in a field', 400, post('A: 1\rContent-Length: 5\r\n', 'hello')],
  ['a NUL in a field', 400, post('A: 1\0\r\n', '')],
  ['a NUL in a name', 400, post('A\0: 1\r\n', '')],
  ['two Hosts', 400, post('Host: other\r\n', '')],
  ['no Host', 400, 'GET /p HTTP/1.1\r\n\r\n'],
  ['a space in the target', 400, 'GET /p HTTP/1.1 x HTTP/1.1\r\nHost: h\r\n\r\n'],
  ['a bare LF after the request line', 400, 'GET /p HTTP/1.1\nHost: h\r\n\r\n'],
  ['another version', 505, 'GET /p HTTP/2.0\r\nHost: h\r\n\r\n'],
  ['CONNECT', 501, 'CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n'],
];

/** Bodies whose end is ambiguous: the request has begun, and never becomes complete. */
const BROKEN: readonly (readonly [what: string, text: string])[] = [
  ['a chunk size with a space after it', chunks('5 \r\nhello\r\n0\r\n\r\n')],
  ['a chunk size with 0x', chunks('0x5\r\nhello\r\n0\r\n\r\n')],
  ['a chunk size beyond counting', chunks('fffffffffffffffff5\r\nhello\r\n0\r\n\r\n')],
  ['a chunk longer than its size', chunks('4\r\nhello\r\n0\r\n\r\n')],
  ['a bare LF after a chunk size', chunks('5\nhello\r\n0\r\n\r\n')],
  ['a bare LF in a chunk extension', chunks('5;a\nb\r\nhello\r\n0\r\n\r\n')],
  ['a trailer that is no field', chunks('0\r\nGET /p HTTP/1.1\r\n\r\n')],
  ['a trailer with a space before its colon', chunks('0\r\nHost : h\r\n\r\n')],
  ['a trailer without a name', chunks('0\r\n: h\r\n\r\n')],
  ['a folded trailer', chunks('0\r\nA: 1\r\n Content-Length: 5\r\n\r\n')],
  ['trailers that begin with a space', chunks('0\r\n A: 1\r\n\r\n')],
  ['a bare LF in a trailer', chunks('0\r\nA: 1\nContent-Length: 5\r\n\r\n')],
  ['a bare CR in a trailer', chunks('0\r\nA: 1\rContent-Length: 5\r\n\r\n')],
  ['a NUL in a trailer', chunks('0\r\nA: 1\0\r\n\r\n')],
  ['over a hundred trailers', chunks(`0\r\n${'A: 1\r\n'.repeat(101)}\r\n`)],
  ['over 32 KiB of trailers', chunks(`0\r\n${`A: ${'a'.repeat(8000)}\r\n`.repeat(5)}\r\n`)],
];

/** Bodies that look dangerous but are valid: one request each. */
const FORWARDED: readonly (readonly [what: string, text: string, body: string])[] = [
  ['chunk extensions', chunks('5;a="b;c"\r\nhello\r\n0;d\r\n\r\n'), 'hello'],
  ['zeros before a chunk size', chunks('0005\r\nhello\r\n000\r\n\r\n'), 'hello'],
  ['trailers', chunks('5\r\nhello\r\n0\r\nContent-Length: 99\r\nHost: x\r\n\r\n'), 'hello'],
  ['an empty line before', `\r\n${post('Content-Length: 5\r\n', 'hello')}`, 'hello'],
  ['a request inside', post('Content-Length: 12\r\n', 'GET /x HTTP/'), 'GET /x HTTP/'],
];

/** One request in is one request out, or none. */
export function smuggling(wire: () => Wire): void {
  it.each(REFUSED)('%s: refused with %i', async (_, status, text) => {
    const before = wire().upstream.seen.length;
    expect(await conversation(wire().gateway.port, text + SMUGGLED)).toMatch(refusal(status));
    expect(wire().upstream.seen.length).toBe(before);
  });

  it.each(BROKEN)('%s: refused, also when the head arrived long before', async (_, text) => {
    const before = wire().upstream.seen.length;
    const head = text.indexOf('\r\n\r\n') + 4;
    const body = text.slice(head) + SMUGGLED;
    const port = wire().gateway.port;
    const received = [
      await conversation(port, text + SMUGGLED),
      await conversation(port, text.slice(0, head), body),
    ];
    for (const got of received) expect(got).toMatch(refusal(400));
    expect(wire().upstream.seen.length).toBe(before);
  });

  it.each(FORWARDED)('%s: forwarded as one request', async (_, text, body) => {
    const { upstream, gateway } = wire();
    const before = upstream.seen.length;
    const last = 'GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
    const received = await conversation(gateway.port, text + last);
    expect(received.match(/^HTTP\/1\.1 200 /gm)?.length).toBe(2);
    expect(upstream.seen.slice(before).map((seen) => [seen.url, String(seen.body)])).toEqual([
      ['/p', body],
      ['/last', ''],
    ]);
    const names = upstream.seen[before]!.rawHeaders.filter((_name, i) => i % 2 === 0);
    // A trailer never becomes a field.
    expect(names.filter((name) => name.toLowerCase() === 'host').length).toBe(1);
  });

  it('pipelined requests get their responses in order', async () => {
    const targets = ['/1', '/2', '/3', '/4', '/5'];
    const texts = targets.map(
      (target, i) =>
        `POST ${target} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n` +
        `${i === 4 ? 'Connection: close\r\n' : ''}\r\n<${i}>`,
    );
    const received = await conversation(wire().gateway.port, texts.join(''));
    expect(received.match(/POST \/\d <\d>/g)).toEqual(targets.map((t, i) => `POST ${t} <${i}>`));
  });
}
