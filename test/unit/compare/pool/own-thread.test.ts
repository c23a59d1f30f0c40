import { expect, it } from 'vitest';
import { ownThread } from '../../../../src/compare/pool/own-thread.ts';
import { KEY, response, rules } from '../responses.ts';

it('compares', async () => {
  const pool = ownThread(
    () => KEY,
    () => expect.fail(),
  );
  expect(await pool.compare(rules(), response('a'), response('a'))).toEqual({
    result: 'same',
    differences: [],
  });
});

it('has a result for each pair, whatever goes wrong', async () => {
  const errors: string[] = [];
  // No key of a hash can be empty.
  const pool = ownThread(
    () => new Uint8Array(),
    (error) => void errors.push(error),
  );
  const secret = response('', { headers: ['cookie', 'a'] });
  for (const one of [rules(), { ...rules(), ignore: null as never }])
    expect(await pool.compare(one, secret, response(''))).toEqual({
      result: 'not_compared',
      reason: 'overload',
    });
  expect(errors).toHaveLength(2);
});
