import { expect, it } from 'vitest';
import { compareOf } from '../../../src/config/compare.ts';
import type { Explanation } from '../../../src/explain/explain.ts';
import { explanationText } from '../../../src/explain/print.ts';

/** What is said of the comparison of a copy. */
function comparison(method: string, compare: Parameters<typeof compareOf>[0]): string {
  const copy = { method, url: 'http://m/', headers: [] };
  const mirror = {
    mirror: 'http://m',
    copied: 'always',
    share: 1,
    because: null,
    copy,
    compared: compareOf(compare),
    redact: null,
    cautions: [],
  } as const;
  const explanation: Explanation = {
    request: { method, host: 'h', path: '/', remote_addr: '127.0.0.1' },
    routes: 1,
    route: '1',
    passed_over: [],
    upstream: null,
    mirrors: [mirror],
  };
  return /^compared {2}(.*)$/m.exec(explanationText(explanation))![1]!;
}

it.each([
  ['GET', undefined, 'no: compare is not set for this mirror'],
  [
    'GET',
    { sample_ratio: 0 },
    'no: its sample_key is not among those that are compared (compare.sample_ratio)',
  ],
  [
    'GET',
    true,
    '100 % of the copies: status, fields, body (by value where both are JSON, else byte by byte, at most 256 KiB)',
  ],
  [
    'POST',
    { body: 'bytes', max_body_size: 10, status: false },
    '100 % of the copies: fields, body (byte by byte, at most 10 bytes)',
  ],
  ['GET', { body: 'none' }, '100 % of the copies: status, fields'],
  ['HEAD', { body: 'none' }, '100 % of the copies: status, fields'],
  ['HEAD', true, expect.stringMatching(/; a response to HEAD has no body$/)],
] as const)('says what is compared of a copy of %s with compare: %j', (method, compare, text) => {
  expect(comparison(method, compare)).toEqual(text);
});
