import { createHash } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import type { Seen } from '../../support/origin.ts';
import { random, randomBytes } from '../../support/random.ts';
import type { Stage } from '../../support/stage.ts';

const SIZES = [0, 1, 1024, 100 * 1024, 1024 * 1024];
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** Fields that belong to one connection or say how the body is framed on it. */
const OF_THE_WIRE = new Set(['connection', 'content-length', 'transfer-encoding', 'x-mirrored-by']);

const TARGETS = [
  '/same/plain',
  '/same/a%2Fb%20c/%C3%A9',
  '/same/?',
  '/same/x?a=1&a=2&b=%20+%26&c',
  '/same/x;p=1/$-_.+!*(),?q=a/b?c',
  '/same/x?q=\'[]{}|^`<>"',
];

/** The copy is what the primary upstream got. */
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
    expect(fieldsOf(copy)).toEqual(fieldsOf(primary));
    expect(copy.headers['x-mirrored-by']).toMatch(/^[\da-f-]{36}$/);
    expect(primary.headers['x-mirrored-by']).toBeUndefined();
    expect(primary.headers['x-many']).toBe('1, 2, 3');
  });

  it('has the Host of the primary where the runtime lets a request say it', async () => {
    const { primary, copy } = await stage.pair('/same/host', { headers: { host: 'shop.example' } });
    const expected =
      // On Workers the URL decides.
      runtime.name === 'workers'
        ? [stage.upstream.node, stage.mirror.node]
        : ['shop.example', 'shop.example'];
    expect([primary.headers.host, copy.headers.host]).toEqual(expected);
  });

  it('is a HEAD for a HEAD', async () => {
    const { primary, copy } = await stage.pair('/same/head', { method: 'HEAD' });
    expect([primary.method, copy.method]).toEqual(['HEAD', 'HEAD']);
  });

  for (const method of METHODS) {
    it(`has the body of a ${method} with a length`, async () => {
      const next = random(method.length);
      for (const size of SIZES) {
        const body = randomBytes(size, next);
        const { primary, copy } = await stage.pair('/same/body', { method, body });
        expectSameBody(body, primary, copy, method);
      }
    });

    it(`has the body of a ${method} in chunks, and says its length`, async () => {
      const next = random(100 + method.length);
      for (const size of SIZES) {
        const body = randomBytes(size, next);
        const chunks = Math.ceil(size / 40 + next() * size) || 1;
        const { primary, copy } = await stage.pair('/same/chunked', { method, body, chunks });
        expectSameBody(body, primary, copy, method);
        if (size > 65_536) expect(primary.headers['transfer-encoding']).toBe('chunked');
        expect(copy.headers['transfer-encoding']).toBeUndefined();
        if (size > 0) expect(copy.headers['content-length']).toBe(String(size));
      }
    });
  }
}

function expectSameBody(body: Buffer, primary: Seen, copy: Seen, method: string): void {
  expect([primary.method, copy.method]).toEqual([method, method]);
  expect(digest(primary.body)).toBe(digest(body));
  expect(digest(copy.body)).toBe(digest(body));
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function fieldsOf({ rawHeaders }: Seen): (readonly [string, string])[] {
  const fields: (readonly [string, string])[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const lower = name.toLowerCase();
    // Its own test has Host.
    if (!OF_THE_WIRE.has(lower) && lower !== 'host') fields.push([name, rawHeaders[i + 1]!]);
  }
  return fields;
}
