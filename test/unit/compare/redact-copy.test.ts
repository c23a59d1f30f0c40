import { createHmac } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { copyRedactor, type RedactedCopy } from '../../../src/compare/redact-copy.ts';
import { NOWHERE } from '../../../src/http/destination.ts';
import type { Outbound } from '../../../src/http/messages.ts';
import { KEY } from './responses.ts';

function hashed(text: string): string {
  return createHmac('sha256', KEY).update(text).digest('hex').slice(0, 8);
}

function request(target: string, headers: string[] = []): Outbound {
  const timeouts = { connect: 1, send: 1, read: 1 };
  const body = BODY;
  return { destination: NOWHERE, target, method: 'POST', headers, body, timeouts };
}

const fields = (pairs: readonly (readonly [string, string])[]) => pairs.flat();

const BODY = new TextEncoder().encode('token=b');

const redactCopy = copyRedactor(() => KEY);
async function redacted(...of: Parameters<typeof redactCopy>): Promise<RedactedCopy> {
  const copy = await redactCopy(...of);
  if (typeof copy === 'string') throw new Error(copy);
  return copy;
}

const named = { headers: ['X-Secret', 'Host', 'Content-Length'], query: ['token'], copy: true };

it('replaces values of fields and of the query, and nothing else', async () => {
  const before = request(
    '/a?x=1&token=b&y=#token=c',
    fields([
      ['Host', 'a'],
      ['x-secret', 'one'],
      ['X-SECRET', 'two'],
      ['Content-Length', '7'],
      ['Authorization', 'Bearer b'],
      ['X-Other', 'b'],
      ['Referer', 'http://a/?token=b&z'],
    ]),
  );
  const after = await redacted(named, before, BODY);
  expect(after.request).toEqual({
    ...before,
    target: `/a?x=1&token=%23${hashed('b')}&y=#token=%23${hashed('c')}`,
    headers: fields([
      ['Host', 'a'],
      ['x-secret', `#${hashed('one')}`],
      ['X-SECRET', `#${hashed('two')}`],
      ['Content-Length', '7'],
      ['Authorization', `#${hashed('Bearer b')}`],
      ['X-Other', 'b'],
      ['Referer', `http://a/?token=%23${hashed('b')}&z`],
    ]),
  });
  expect(after.body).toBe(BODY);
});

const json = (text: string) => new TextEncoder().encode(text);

it('replaces values of JSON, with the length and without fields about the bytes before', async () => {
  const length = fields([
    ['Content-Length', '14'],
    ['Content-Digest', 'sha-256=:x:'],
    ['Content-Type', 'application/json'],
  ]);
  const rules = { json: ['/a'], copy: true };
  const copy = await redacted(rules, request('/a', length), json('{"a":"secret"}'));
  const text = `{"a":"#${hashed('"secret"')}"}`;
  expect(new TextDecoder().decode(copy.body!)).toBe(text);
  expect(copy.request.headers).toEqual([
    'Content-Length',
    String(text.length),
    'Content-Type',
    'application/json',
  ]);
});

it.each([
  ['without a body', null],
  ['with an empty body', new Uint8Array()],
])('sends a request %s', async (_, body) => {
  const before = request('/a', ['Content-Digest', 'x']);
  const copy = await redactCopy({ json: ['/a'], copy: true }, before, body);
  expect(copy).toEqual({ request: before, body });
});

it('sends no body that may hold what it cannot find', async () => {
  const rules = { json: ['/a'], copy: true };
  const large = json(JSON.stringify('x'.repeat(256 * 1024)));
  expect(await redactCopy(rules, request('/a'), BODY)).toBe('filtered');
  expect(await redactCopy(rules, request('/a'), large)).toBe('body_too_large');
  const copy = await redacted({ json: [], copy: true }, request('/a'), large);
  expect(copy.body).toBe(large);
});

it('hashes no more than 32 secrets of a request', async () => {
  const sign = vi.spyOn(crypto.subtle, 'sign');
  const many = Array.from({ length: 100 }, (_, i) => ['Referer', `/?${'token=b&'.repeat(i)}`]);
  const cookies = Array.from({ length: 100 }, () => ['Cookie', 'b']);
  const before = request('/', [...many, ...cookies].flat());
  const { headers } = (await redacted(named, before, null)).request;
  expect(sign).toHaveBeenCalledTimes(32);
  expect(headers.join(' ')).not.toMatch(/token=b|Cookie b/);
  sign.mockRestore();
});
