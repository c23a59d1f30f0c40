import { expect, it } from 'vitest';
import { ClientLeftError, isShortage, TransportError } from '../../../src/http/transport.ts';

const failed = (code: string, options?: ErrorOptions) =>
  Object.assign(new Error(code, options), { code });

it.each(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])(
  '%s is our own want',
  (code) => {
    const error = failed(code);
    expect(isShortage(error)).toBe(true);
    // As fetch tells of it, happy eyeballs, and a dial of several addresses.
    expect(isShortage(new TypeError('fetch failed', { cause: error }))).toBe(true);
    expect(isShortage(new AggregateError([error, error]))).toBe(true);
    expect(isShortage([new TransportError('connect', 'none left', error), error])).toBe(true);
    // One of the addresses was asked, and refused.
    expect(isShortage(new AggregateError([failed('ECONNREFUSED'), error]))).toBe(false);
    expect(isShortage([new TransportError('connect', 'refused'), error])).toBe(false);
  },
);

it.each(['ECONNREFUSED', 'ETIMEDOUT', 'ECONNRESET', 'EHOSTUNREACH'])('%s is not', (code) => {
  expect(isShortage(failed(code, { cause: failed('ECONNREFUSED') }))).toBe(false);
});

it('is nothing that a server is to blame for, and stays so', () => {
  const error = new TransportError('connect', 'none left', failed('EMFILE'));
  expect([error.blameless, error.asUnsent().blameless]).toEqual([true, true]);
  expect(new TransportError('connect', 'refused', failed('ECONNREFUSED')).blameless).toBe(false);
  expect(new TransportError('shutdown', 'we stopped').blameless).toBe(true);
  expect(new ClientLeftError().blameless).toBe(true);
});
