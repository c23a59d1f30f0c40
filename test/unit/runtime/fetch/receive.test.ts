import { expect, it } from 'vitest';
import { isUnopened, portOf } from '../../../../src/runtime/fetch/receive.ts';
import { receive } from '../../../../src/runtime/received.ts';

const post = () => new Request('http://a/', { method: 'POST', body: 'one' });

it('takes no real request for one that is not open yet', () => {
  class Own extends Request {}
  expect(isUnopened(post())).toBe(false);
  expect(isUnopened(new Own('http://a/'))).toBe(false);
});

it('knows an object in the place of a request, until that has made the real one', () => {
  const made = Symbol('made');
  const standIn = Object.create(Request.prototype, { body: { get: () => standIn[made].body } });
  expect(isUnopened(standIn)).toBe(true);
  standIn[made] = post();
  expect(isUnopened(standIn)).toBe(false);
});

it.each([
  ['http://a:3000/x:1', 3000],
  ['https://a.example:8443', 8443],
  ['http://[::1]:8080/?:7', 8080],
  ['http://[::1]/', 0],
  ['http://a.example/:99', 0],
  ['http://a?b:1', 0],
  ['http://a/', 0],
])('the port of %s is %i', (url, port) => {
  expect(portOf(url)).toBe(port);
});

it('a request that a listener of others received is for the port of its URL', () => {
  expect(receive(new Request('http://a.example:3000/'))).toMatchObject({ serverPort: 3000 });
});
