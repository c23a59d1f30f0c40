import { expect, it } from 'vitest';
import type { Change } from '../../../src/ui/actions.ts';
import { curlLine, Line } from '../../../src/ui/confirmation.tsx';
import { Unbroken } from '../../../src/ui/unbroken.tsx';
import { textOf } from './report.ts';

/** What of some HTML stays in one line. */
function kept(html: string, name: string): string[] {
  return [...html.matchAll(new RegExp(`<span class="${name}">(.*?)</span>`, 'gs'))].map(([whole]) =>
    textOf(whole),
  );
}

it.each([
  ['from 2026-05-04 12:00:00 UTC on', ['2026-05-04 12:00:00 UTC']],
  [
    '5,000 copies sent, 60 failed (could not connect 3, breaker open 57)',
    ['5,000 copies', '60 failed', 'could not connect 3', 'breaker open 57'],
  ],
  ['at most 256 KiB, numbers within 0.5 %', ['256 KiB', '0.5 %']],
  ['12 µs', ['12 µs']],
  ['status, fields etag, /a/1', []],
])('keeps figures with what belongs to them: %s', (text, figures) => {
  const html = String(Unbroken({ text }));
  expect(kept(html, 'together')).toEqual(figures);
  expect(textOf(html)).toBe(text);
});

it.each([
  [
    `curl -X PATCH 'http://a/b' -H "X-API-KEY: $ADMIN_KEY" -d '["a -d b","it'\\''s"]'`,
    [
      'curl',
      '-X PATCH',
      "'http://a/b'",
      '-H "X-API-KEY: $ADMIN_KEY"',
      `-d '["a -d b","it'\\''s"]'`,
    ],
  ],
  ["curl -X DELETE 'http://a-d/b'", ['curl', '-X DELETE', "'http://a-d/b'"]],
])('breaks a line for a shell between its options: %s', (text, words) => {
  const html = String(Line({ text }));
  expect(kept(html, 'word')).toEqual(words);
  expect(textOf(html)).toBe(text);
});

it.each([
  [true, `curl -X PATCH 'http://a/apisix/x' -H "X-API-KEY: $ADMIN_KEY" -d 'true'`],
  [false, `curl -X PATCH 'http://a/apisix/x' -d 'true'`],
])('says in a line for a shell what is sent (with a key: %s)', (needsKey, line) => {
  const change = { method: 'PATCH', path: '/apisix/x', body: true } as Change;
  expect(curlLine(change, 'http://a', needsKey)).toBe(line);
});
