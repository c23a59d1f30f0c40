import { expect, it } from 'vitest';
import type { BodySource } from '../../../src/http/upload.ts';
import { BodyTap, tappedBody } from '../../../src/runtime/tapped-body.ts';
import { heard } from '../../support/heard.ts';

/** A body of these chunks, and what was asked of it. */
function source(texts: readonly string[], error: Error | null = null) {
  const asked: string[] = [];
  let at = 0;
  const body: BodySource = {
    read() {
      asked.push('read');
      if (at < texts.length) return Promise.resolve(Buffer.from(texts[at++]!));
      return error === null ? Promise.resolve(null) : Promise.reject(error);
    },
    cancel: () => void asked.push('cancel'),
  };
  return { body, asked };
}

const tapped = (tap = heard(), length: number | null = null) =>
  new BodyTap(tap, 200, new Headers({ 'X-One': '1', Connection: 'close' }), length);

it('tells the fields without those of one hop', () => {
  const tap = heard();
  tapped(tap, 3);
  expect(tap.heads).toEqual([[200, ['x-one', '1'], 3]]);
});

it('reads nothing before its reader, and shows each chunk once', async () => {
  const tap = heard();
  const { body, asked } = source(['ab', 'cd']);
  const reader = tappedBody(body, tapped(tap)).getReader();
  await Promise.resolve();
  expect(asked).toEqual([]);
  await reader.read();
  expect([asked, tap.text, tap.ended]).toEqual([['read'], 'ab', []]);
  await reader.read();
  expect((await reader.read()).done).toBe(true);
  expect([tap.text, tap.ended]).toEqual(['abcd', [[true, null]]]);
});

it('passes on first what was read ahead', async () => {
  const { body } = source(['cd']);
  const ahead = [Promise.resolve(Buffer.from('ab'))];
  expect(await new Response(tappedBody(body, tapped(), ahead)).text()).toBe('abcd');
});

it('cancels the source if nobody reads on', async () => {
  const tap = heard();
  const { body, asked } = source(['ab', 'cd']);
  const reader = tappedBody(body, tapped(tap)).getReader();
  await reader.read();
  await reader.cancel();
  expect([asked, tap.ended]).toEqual([['read', 'cancel'], [[false, null]]]);
});

it('breaks off as the source does', async () => {
  const tap = heard();
  const error = new Error('broken');
  const stream = tappedBody(source(['ab'], error).body, tapped(tap));
  await expect(new Response(stream).text()).rejects.toBe(error);
  expect([tap.text, tap.ended]).toEqual(['ab', [[false, null]]]);
});

it('is complete with the last byte of a known length, and not before', async () => {
  const [short, whole, long] = [heard(), heard(), heard()];
  await new Response(tappedBody(source(['ab']).body, tapped(short, 3))).text();
  expect(short.ended).toEqual([[false, null]]);
  const reader = tappedBody(source(['ab', 'c']).body, tapped(whole, 3)).getReader();
  for (let i = 0; i < 2; i++) await reader.read();
  await reader.cancel();
  expect(whole.ended).toEqual([[true, null]]);
  await new Response(tappedBody(source(['ab', 'cd']).body, tapped(long, 3))).text();
  expect(long.ended).toEqual([[false, null]]);
});

it('passes on what the tap does not want', async () => {
  const tap = heard(2);
  expect(await new Response(tappedBody(source(['ab', 'cd']).body, tapped(tap))).text()).toBe(
    'abcd',
  );
  expect([tap.text, tap.ended]).toEqual(['ab', [[true, null]]]);
});
