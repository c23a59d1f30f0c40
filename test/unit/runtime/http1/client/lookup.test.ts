import type { lookup } from 'node:dns';
import { expect, it } from 'vitest';
import { sharedLookup } from '../../../../../src/runtime/http1/client/lookup.ts';

it('looks a name up once for all that ask meanwhile, and again afterwards', () => {
  const asked: { name: string; answer(error: Error | null, address: string): void }[] = [];
  const resolve = ((name: string, _: object, answer: (...of: unknown[]) => void) =>
    asked.push({ name, answer: (...of) => answer(...of, 4) })) as unknown as typeof lookup;
  const find = sharedLookup(resolve);
  const got: unknown[] = [];
  const ask = (name: string) => find(name, { all: false }, (...of) => got.push(of));
  ask('a');
  ask('a');
  ask('b');
  expect(asked.map(({ name }) => name)).toEqual(['a', 'b']);
  asked[0]!.answer(null, '10.0.0.1');
  expect(got).toEqual([
    [null, '10.0.0.1', 4],
    [null, '10.0.0.1', 4],
  ]);
  ask('a');
  expect(asked.map(({ name }) => name)).toEqual(['a', 'b', 'a']);
});
