import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { copyRedactor } from '../../../src/compare/redact-copy.ts';
import { NOWHERE } from '../../../src/http/destination.ts';
import type { Outbound } from '../../../src/http/messages.ts';
import { KEY } from './responses.ts';

function hashed(text: string): string {
  return createHmac('sha256', KEY).update(text).digest('hex').slice(0, 8);
}

function request(target: string, headers: string[] = []): Outbound {
  const timeouts = { connect: 1, send: 1, read: 1 };
  const body = new TextEncoder().encode('token=b');
  return { destination: NOWHERE, target, method: 'POST', headers, body, timeouts };
}

const fields = (pairs: readonly (readonly [string, string])[]) => pairs.flat();

const redactCopy = copyRedactor(() => KEY);
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
  const after = await redactCopy(named, before);
  expect(after).toEqual({
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
  expect(after!.body).toBe(before.body);
});
