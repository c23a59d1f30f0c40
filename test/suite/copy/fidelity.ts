import type { IncomingMessage } from 'node:http';
import { beforeAll, expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { sendRaw } from '../../support/client.ts';
import { CASE, type Stage } from '../../support/stage.ts';
import { can } from '../platform.ts';
import { endToEnd, expectSame } from './same.ts';

const TARGETS = [
  '/same/plain',
  '/same/a%2Fb%20c/%C3%A9',
  '/same/?',
  '/same/x?a=1&a=2&b=%20+%26&c',
  '/same/x;p=1/$-_.+!*(),?q=a/b?c',
  '/same/x?q=\'[]{}|^`<>"',
];

/** The copy equals the request that the upstream got. */
export function fidelity(runtime: TestRuntime, stage: Stage): void {
  beforeAll(() => stage.put('same'));

  for (const target of TARGETS) {
    it(`has the target of the primary: ${target}`, async () => {
      const { primary, copy } = await stage.pair(target);
      expect(copy.url).toBe(primary.url);
      expect(copy.method).toBe('GET');
    });
  }

  it('has the fields of the primary, in their order and case, and the loop mark', async () => {
    const { primary, copy } = await stage.pair('/same/fields', {
      method: 'POST',
      body: 'x',
      headers: {
        'X-Mixed-Case': 'Va Lue',
        'x-many': ['1', '2', '3'],
        cookie: 'a=1; b=2',
        authorization: 'Basic eDp5',
        'user-agent': 'suite/1',
        accept: '*/*',
        'accept-encoding': 'gzip, br;q=0.5',
        'accept-language': 'nl',
        'sec-fetch-mode': 'navigate',
        'x-empty': '',
        'x-latin': 'caf\u00e9',
        'x-forwarded-for': '10.1.2.3',
      },
    });
    expect(endToEnd(copy)).toEqual(endToEnd(primary));
    expect(copy.headers['x-mirrored-by']).toMatch(/^[\da-f-]{36}$/);
    expect(primary.headers['x-mirrored-by']).toBeUndefined();
    expect(primary.headers['x-many']).toBe('1, 2, 3');
  });

  it('has the Host of the primary where the runtime allows it', async () => {
    const { primary, copy } = await stage.pair('/same/host', { headers: { host: 'shop.example' } });
    const expected =
      // On Workers the URL decides.
      runtime.name === 'workers'
        ? [stage.upstream.node, stage.mirror.node]
        : ['shop.example', 'shop.example'];
    expect([primary.headers.host, copy.headers.host]).toEqual(expected);
  });

  it.runIf(can(runtime.name, 'trailersOfRequest'))('has a length, and so no trailers', async () => {
    const passed: NodeJS.Dict<string>[] = [];
    stage.upstream.server.once('request', (message: IncomingMessage) =>
      message.once('end', () => passed.push(message.trailers)),
    );
    const id = stage.fresh('trailers');
    const head = `POST /same/trailers HTTP/1.1\r\nHost: h\r\nTE: trailers\r\n${CASE}: ${id}\r\n`;
    const fields = 'Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n';
    const body = '4\r\ntext\r\n0\r\nX-Sum: 1\r\n\r\n';
    await sendRaw(stage.gateway.port, `${head}${fields}\r\n${body}`);
    const { primary, copy } = await stage.seenAs(id);
    expect(passed).toEqual([{ 'x-sum': '1' }]);
    expectSame(Buffer.from('text'), primary, copy);
    // The field still names the trailers that were dropped (RFC 9110 section 6.6.2).
    expect([copy.headers.trailer, copy.headers['te']]).toEqual(['X-Sum', 'trailers']);
  });

  it('is a HEAD for a HEAD', async () => {
    const { primary, copy } = await stage.pair('/same/head', { method: 'HEAD' });
    expect([primary.method, copy.method]).toEqual(['HEAD', 'HEAD']);
  });
}
