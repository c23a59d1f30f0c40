import { it } from 'vitest';

const numbers = Array.from({ length: Number(process.env['FLAKY']) }, (_, i) => i + 1);
const tried = new Set<number>();

it.each(numbers)('number %i passes when it is tried again', (number) => {
  if (tried.has(number)) return;
  tried.add(number);
  throw new Error(`the first try of number ${number}`);
});

it('passes at once', () => {});
