import { describe, expect, it } from 'vitest';
import { RequestRefusal } from '../../../src/http1/errors.ts';
import { requestFraming } from '../../../src/http1/framing.ts';

describe('how the body of a request is marked', () => {
  it.each([
    [null, null, true, { kind: 'none' }],
    ['0', null, true, { kind: 'none' }],
    ['00', null, false, { kind: 'none' }],
    ['1', null, true, { kind: 'length', length: 1 }],
    ['010', null, false, { kind: 'length', length: 10 }],
    ['999999999999999', null, true, { kind: 'length', length: 999999999999999 }],
    [null, 'chunked', true, { kind: 'chunked' }],
    [null, 'Chunked', true, { kind: 'chunked' }],
  ])('length %j, coding %j, HTTP/1.1 %s', (length, coding, http11, framing) => {
    expect(requestFraming(length, coding, http11)).toEqual(framing);
  });

  it.each([
    ['', null, true, 400],
    ['1000000000000000', null, true, 400],
    ['1', 'chunked', true, 400],
    ['1', 'gzip', true, 400],
    [null, 'chunked', false, 400],
    [null, 'gzip', true, 501],
    [null, 'gzip, chunked', true, 501],
    [null, 'chunked, gzip', true, 400],
    [null, 'Chunked, gzip', true, 400],
    [null, 'gzip, chunked, br', true, 400],
    [null, '', true, 501],
  ])('length %j, coding %j, HTTP/1.1 %s: %i', (length, coding, http11, status) => {
    expect(() => requestFraming(length, coding, http11)).toThrow(
      expect.objectContaining({ status }) as RequestRefusal,
    );
  });
});
