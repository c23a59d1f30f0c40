import { beforeAll, expect, it } from 'vitest';
import { sendRaw } from '../../support/client.ts';
import { random, randomBytes } from '../../support/random.ts';
import { CASE, type Stage } from '../../support/stage.ts';
import { expectSame } from './same.ts';

const SIZES = [0, 1, 1024, 100 * 1024, 1024 * 1024];
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** Size of the bodies in bytes, by the largest chunk in bytes. */
const CHUNKINGS = [
  { most: 1, size: 2000 },
  { most: 16, size: 20_000 },
  { most: 5000, size: 300_000 },
  { most: 200_000, size: 1024 * 1024 },
];

/** How chunks become writes to the socket; the system may still join separate writes. */
const SEGMENTS: Readonly<Record<string, (chunks: Buffer[], next: () => number) => Buffer[]>> = {
  'one each': (chunks) => chunks,
  'one for all': (chunks) => [Buffer.concat(chunks)],
  'cut anywhere': (chunks, next) => cut(Buffer.concat(chunks), 3000, next),
};

const FRAMINGS = {
  'with a length': {
    field: (body: Buffer) => `Content-Length: ${body.length}`,
    frame: (chunks: Buffer[]) => chunks,
  },
  'in chunks': {
    field: () => 'Transfer-Encoding: chunked',
    frame: (chunks: Buffer[]) => [...chunks.map(framed), Buffer.from('0\r\n\r\n')],
  },
};

/** The bytes of a copy equal those of the client, however they arrived. */
export function bodies(stage: Stage): void {
  beforeAll(() => stage.put('bytes'));

  for (const method of METHODS) {
    it(`of a ${method} with a length`, async () => {
      const next = random(method.length);
      for (const size of SIZES) {
        const body = randomBytes(size, next);
        const { primary, copy } = await stage.pair('/bytes/length', { method, body });
        expect(primary.method).toBe(method);
        expectSame(body, primary, copy);
      }
    });

    it(`of a ${method} in chunks`, async () => {
      const next = random(100 + method.length);
      for (const size of SIZES) {
        const body = randomBytes(size, next);
        const chunks = Math.ceil(size / 40 + next() * size) || 1;
        const { primary, copy } = await stage.pair('/bytes/chunks', { method, body, chunks });
        expect(primary.method).toBe(method);
        expectSame(body, primary, copy);
        if (size > 65_536) expect(primary.headers['transfer-encoding']).toBe('chunked');
      }
    });
  }

  for (const [i, { most, size }] of CHUNKINGS.entries()) {
    for (const [framing, { field, frame }] of Object.entries(FRAMINGS)) {
      it(`that comes ${framing}, in pieces of up to ${most} bytes`, async () => {
        const next = random(200 + i);
        for (const [how, segments] of Object.entries(SEGMENTS)) {
          const body = randomBytes(size, next);
          const name = stage.fresh(how);
          const head = `POST /bytes/raw HTTP/1.1\r\nHost: a\r\n${CASE}: ${name}\r\n${field(body)}\r\n\r\n`;
          const parts = segments(frame(cut(body, most, next)), next);
          const texts = parts.map((part) => part.toString('latin1'));
          expect((await sendRaw(stage.gateway.port, head, ...texts)).status).toBe(200);
          const { primary, copy } = await stage.seenAs(name);
          expectSame(body, primary, copy);
        }
      });
    }
  }
}

/** Pieces of random lengths from 1 to `most`. */
function cut(bytes: Buffer, most: number, next: () => number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + Math.floor(next() * most);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

function framed(chunk: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ]);
}
