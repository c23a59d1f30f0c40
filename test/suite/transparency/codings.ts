import { createHash, randomBytes } from 'node:crypto';
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
} from 'node:zlib';
import { expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { can } from '../platform.ts';
import type { Line } from '../transparency.ts';

const TEXT = Buffer.from('compressed or not, it is the same text. '.repeat(2000));

const ENCODE: Readonly<Record<string, (text: Buffer) => Buffer>> = {
  gzip: gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
  identity: (text) => text,
  'x-unknown': () => randomBytes(5000),
};

/** How a client decodes a body. */
const DECODE: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  deflate: inflateSync,
};

/** Bodies arrive as they were sent; where the runtime decodes them, the fields say so. */
export function codings({ name }: TestRuntime, line: () => Line): void {
  for (const asked of ['gzip, br', null]) {
    it.each(Object.keys(ENCODE))(
      `%s, to a client that accepts ${asked ?? 'nothing in particular'}`,
      async (coding) => {
        const bytes = ENCODE[coding]!(TEXT);
        line().respond = (_, response) => {
          if (coding !== 'identity') response.setHeader('content-encoding', coding);
          response.setHeader('content-type', 'text/plain');
          response.setHeader('content-length', bytes.length);
          response.end(bytes);
        };
        const headers = asked === null ? {} : { 'accept-encoding': asked };
        const got = await send(line().gateway.url, '/', { headers });
        const received = got.headers['content-encoding'];
        if (coding === 'x-unknown' || can(name, 'rawCodings')) {
          expect(received).toBe(coding === 'identity' ? undefined : coding);
          expect(got.body.equals(bytes)).toBe(true);
          expect(got.headers['content-length']).toBe(String(bytes.length));
        } else {
          // The coding may differ, but the fields name it.
          const decode = DECODE[received ?? ''] ?? Buffer.from;
          expect(decode(got.body).equals(TEXT)).toBe(true);
        }
      },
    );
  }

  it("the upstream sees the client's own Accept-Encoding", async () => {
    line().respond = (_, response) => response.end();
    for (const accept of ['br;q=0.5, gzip', 'identity', '']) {
      await send(line().gateway.url, '/', { headers: { 'accept-encoding': accept } });
      const lost = accept === '' && !can(name, 'emptyAcceptEncoding');
      expect(line().upstream.seen.at(-1)!.headers['accept-encoding']).toBe(
        lost ? undefined : accept,
      );
    }
    await send(line().gateway.url, '/');
    expect(line().upstream.seen.at(-1)!.headers).not.toHaveProperty('accept-encoding');
  });

  it('20 MB', async () => {
    const large = randomBytes(20_000_000);
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    for (const sized of [true, false]) {
      line().respond = (_, response) => {
        if (sized) response.setHeader('content-length', large.length);
        response.write(large.subarray(0, 7));
        response.end(large.subarray(7));
      };
      const { body } = await send(line().gateway.url, '/');
      expect([body.length, hash(body)]).toEqual([large.length, hash(large)]);
    }
  });
}
