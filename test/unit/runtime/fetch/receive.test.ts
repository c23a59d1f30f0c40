import { expect, it } from 'vitest';
import { isUnopened } from '../../../../src/runtime/fetch/receive.ts';

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
