import { expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { socketOrigin } from '../../support/socket-origin.ts';
import { can } from '../platform.ts';
import { conversation } from '../strictness/conversation.ts';
import type { Line } from '../transparency.ts';
import { exchangeBytes } from '../wire/client.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const CHUNKS = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n';

/** Request fields by which a client may ask for trailers, and the TE that the upstream gets. */
const ASKED: readonly (readonly [fields: string, version: string, te: string | undefined])[] = [
  ['TE: trailers\r\nConnection: TE\r\n', 'HTTP/1.1', 'trailers'],
  ['te: deflate;q=0.5,Trailers\r\n', 'HTTP/1.1', 'trailers'],
  ['TE: deflate\r\nTE: trailers\r\n', 'HTTP/1.1', 'trailers'],
  ['TE: gzip, x-trailers\r\nConnection: TE\r\n', 'HTTP/1.1', undefined],
  ['', 'HTTP/1.1', undefined],
  ['TE: trailers\r\nConnection: TE\r\n', 'HTTP/1.0', undefined],
];

/** Trailers that make a response incomplete. */
const BAD: Readonly<Record<string, string>> = {
  'no field': 'GET / HTTP/1.1',
  folded: 'X-A: 1\r\n 2',
  'with a bare CR': 'X-A: 1\r2',
  'with a bare LF': 'X-A: 1\n2',
  'with a NUL': 'X-A: \0',
  'more than a hundred': 'X-A: 1\r\n'.repeat(100) + 'X-A: 1',
  'over 32 KiB': `X-A: ${'a'.repeat(33_000)}`,
};

/** Trailers; those that are forwarded are compared on the wire. */
export function trailers({ name }: TestRuntime, line: () => Line): void {
  async function exchange(response: string, fields = '', version = 'HTTP/1.1') {
    let asked = '';
    const upstream = await socketOrigin((socket, text) => {
      asked = text;
      socket.end(response, 'latin1');
    });
    await line().gateway.put('trailers', {
      uri: '/trailers',
      upstream: { nodes: { [upstream.node]: 1 } },
    });
    const request = `GET /trailers ${version}\r\nHost: h\r\n${fields}\r\n`;
    const got = await exchangeBytes(line().gateway.port, request, () => {});
    await upstream.close();
    return { asked, ...got };
  }

  it.each(ASKED)('%j of %s: the upstream gets TE: %s', async (fields, version, te) => {
    const { asked: request } = await exchange(OK, fields, version);
    expect(request).toMatch(/^GET \/trailers HTTP\/1\.1\r\n/);
    const expected = can(name, 'trailersOfResponse') ? te : undefined;
    expect(/^te: (.*)\r$/im.exec(request)?.[1]).toBe(expected);
    // A hop that does not know TE must not forward it.
    if (expected !== undefined) expect(request).toMatch(/^connection: te\r$/im);
  });

  it('of a response', async () => {
    const { message } = await exchange(`${CHUNKS}X-Sum: 1\r\n\r\n`);
    const reaches = can(name, 'trailersOfResponse');
    expect([message?.body, message?.trailers]).toEqual(['ok', reaches ? ['X-Sum: 1'] : []]);
  });

  it('of a response are no part of the next', async () => {
    line().respond = (_, response) => {
      response.write('ok');
      response.addTrailers({ 'x-sum': '1' });
      response.end();
    };
    const statuses = [];
    for (let i = 0; i < 2; i += 1) statuses.push((await send(line().gateway.url, '/')).status);
    // workerd parses them as the next response, which is invalid.
    expect(statuses).toEqual([200, can(name, 'trailersOfResponse') ? 200 : 502]);
  });

  it('of a request are no part of the next', async () => {
    line().respond = ({ method, url, body }, response) =>
      response.end(`${method} ${url} ${body}\n`);
    const post = `POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const last = 'GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
    const chunks = '4\r\ntext\r\n0\r\nX-Sum: 1\r\n\r\n';
    const received = await conversation(line().gateway.port, post + chunks + last);
    expect(received).toContain('POST /1 text\n');
    // workerd parses them as the next request, and refuses it.
    const behind = can(name, 'trailersOfRequest') ? /GET \/2 \n/ : /^HTTP\/1\.1 501 /m;
    expect(received).toMatch(behind);
  });

  it.runIf(can(name, 'trailersOfResponse')).each(Object.entries(BAD))(
    'of a response that are %s break it off',
    async (_, bad) => {
      const { message, end } = await exchange(`${CHUNKS}X-Good: 1\r\n${bad}\r\n\r\n`);
      // All of it arrived at once: the gateway may have sent nothing yet.
      expect(message?.line.includes(' 502 ') || end === 'cut').toBe(true);
      expect(message?.trailers).toEqual([]);
    },
  );
}
