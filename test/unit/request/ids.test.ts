import { expect, it } from 'vitest';
import { inboundOf, trustProxies } from '../../../src/request/inbound.ts';
import { instanceId, requestIds } from '../../../src/request/ids.ts';
import { request } from '../routes/request.ts';

it.each([['a1'], ['!"#$%&~'], ['0af7651916cd43dd8448eb211c80319c'], ['x'.repeat(128)]])(
  'takes the id that the client gave: %j',
  (id) => {
    expect(requestIds(() => 'me')(['Host', 'a', 'X-Request-ID', id])).toBe(id);
  },
);

it.each([
  ['none', []],
  ['an empty one', ['X-Request-Id', '']],
  ['one with a space', ['X-Request-Id', 'a b']],
  ['one with a line end', ['X-Request-Id', 'a\nb']],
  ['one that ends a line', ['X-Request-Id', 'a\n']],
  ['one beyond ASCII', ['X-Request-Id', 'ä']],
  ['one that is too long', ['X-Request-Id', 'x'.repeat(129)]],
  ['several', ['X-Request-Id', 'a', 'x-request-id', 'b']],
])('makes an id where the client gave %s', (_, headers) => {
  const idOf = requestIds(() => 'me');
  expect([idOf(headers), idOf(headers)]).toEqual(['me-1', 'me-2']);
});

it('is made once for each request, when it is asked for', () => {
  const idOf = requestIds(() => 'me');
  const [first, second] = [1, 2].map(() => inboundOf(request('/'), trustProxies([]), idOf));
  expect([second!.id, first!.id, second!.id, first!.id]).toEqual(['me-1', 'me-2', 'me-1', 'me-2']);
});

it('is one id for each gateway', () => {
  const [one, other] = [instanceId(), instanceId()];
  expect(one()).toMatch(/^[\da-f-]{36}$/);
  expect(one()).toBe(one());
  expect(other()).not.toBe(one());
});
