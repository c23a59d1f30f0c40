import { expect, it } from 'vitest';
import { mayRetry } from '../../../src/exchange/retry.ts';
import { ClientLeftError, TransportError } from '../../../src/http/transport.ts';
import { Upload } from '../../../src/http/upload.ts';
import { request } from '../routes/request.ts';

/** Whether a request may go to the next node after a failure. */
function retried(method: string, error: unknown, body: 'none' | 'here' | 'gone' = 'none'): boolean {
  const upload =
    body === 'none' ? null : new Upload({ read: () => Promise.resolve(null), cancel() {} }, 1);
  if (body === 'gone') upload!.answered();
  return mayRetry(request('/', { method, upload }), error);
}

const SENT = new TransportError('reset', '', null, false);
const UNSENT = new TransportError('timeout', '', null, true);

const IDEMPOTENT = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

it.each(IDEMPOTENT)('gives %s to the next node even if it was sent', (method) => {
  expect([retried(method, SENT), retried(method, UNSENT)]).toEqual([true, true]);
  expect([retried(method, SENT, 'here'), retried(method, UNSENT, 'here')]).toEqual([true, true]);
});

it.each(['POST', 'PATCH', 'M-SEARCH'])('gives %s to the next node only if it was not', (method) => {
  expect([retried(method, SENT), retried(method, UNSENT)]).toEqual([false, true]);
  expect([retried(method, SENT, 'here'), retried(method, UNSENT, 'here')]).toEqual([false, true]);
});

it('gives nobody a request whose body is gone', () => {
  expect(retried('PUT', SENT, 'gone')).toBe(false);
  expect(retried('PUT', UNSENT, 'gone')).toBe(false);
});

it('gives nobody one that nobody waits for, or whose failure was our own', () => {
  expect(retried('GET', new ClientLeftError())).toBe(false);
  expect(retried('GET', new TransportError('shutdown', '', null, true))).toBe(false);
  expect(retried('GET', new TypeError('a fault of ours'))).toBe(false);
});
