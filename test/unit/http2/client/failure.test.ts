import { expect, it } from 'vitest';
import { sessionFailure, streamFailure, violation } from '../../../../src/http2/client/failure.ts';

it.each([
  [0, null, 'reset', false],
  [1, null, 'protocol', false],
  [2, null, 'reset', false],
  [3, null, 'protocol', false],
  [7, null, 'reset', true],
  [8, null, 'reset', false],
  [11, null, 'reset', false],
  [0, Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'connect', false],
] as const)('a stream that ends with %j and %j fails with %s', (code, error, kind, unsent) => {
  expect(streamFailure(code, error)).toMatchObject({ kind, unsent });
});

it.each([0, 2, 7, 8])('a stream that ends with %i as its connection does fails as that', (code) => {
  const fault = violation(6);
  const unsent = code === 7;
  expect(streamFailure(code, fault)).toMatchObject({ kind: 'protocol', unsent });
});

it.each([
  ['Protocol error', 'protocol'],
  ['Session closed with error code NGHTTP2_FRAME_SIZE_ERROR', 'protocol'],
  ['Session closed with error code NGHTTP2_INTERNAL_ERROR', 'reset'],
])('a connection that ends with %j fails with %s', (message, kind) => {
  expect(sessionFailure(new Error(message))).toMatchObject({ kind });
});
