import { afterAll, beforeAll, expect, it } from 'vitest';
import { asks, chunked, ok } from '../../suite/wire/case.ts';
import { cases } from '../../suite/wire/cases/index.ts';
import type { What } from '../../suite/wire/difference.ts';
import { differences } from '../../suite/wire/differences.ts';
import { type Observe, observer } from '../../suite/wire/observe.ts';
import { type RecordingUpstream, recordingUpstream } from '../../suite/wire/upstream.ts';

/** What the differential suite measures with: it must see everything, and nothing that is not there. */
let upstream: RecordingUpstream;
let observe: Observe;

beforeAll(async () => {
  upstream = await recordingUpstream();
  // With no gateway in between.
  observe = observer(upstream, upstream);
});
afterAll(() => upstream.close());

it('has cases enough, each with a name of its own', () => {
  const names = Object.values(cases).flatMap((some) => some.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(300);
});

it.each(Object.entries(cases))('sees no difference where there is none: %s', async (_, some) => {
  for (const exchange of some) {
    const found = differences(await observe(exchange));
    expect([exchange.name, ...found]).toEqual([exchange.name]);
  }
});

const BODY = { method: 'POST', fields: ['Transfer-Encoding: chunked'] };

const A = asks('a', {
  ...BODY,
  target: '/a',
  fields: ['X-A: 1', 'X-B: 1', ...BODY.fields],
  body: chunked('a'),
});

it.each<[What, string, string, string]>([
  ['method', 'a letter of the method', 'POST', 'POSt'],
  ['target', 'an escape', '/a', '/%61'],
  ['version', 'the version', 'HTTP/1.1', 'HTTP/1.0'],
  ['field', 'a value', 'X-A: 1', 'X-A: 2'],
  ['field', 'a field more', 'X-A: 1', 'X-A: 1\r\nX-A: 1'],
  ['field', 'a field less', 'X-A: 1\r\n', ''],
  ['spelling', 'the case of a name', 'X-A', 'x-a'],
  ['spaces', 'a space', 'X-A: 1', 'X-A:  1'],
  ['order', 'the order', 'X-A: 1\r\nX-B: 1', 'X-B: 1\r\nX-A: 1'],
  [
    'framing',
    'the framing',
    'Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    'Content-Length: 1\r\n\r\na',
  ],
  ['body', 'a byte', '\r\na\r\n', '\r\nb\r\n'],
  ['trailers', 'a trailer', '0\r\n\r\n', '0\r\nX: 1\r\n\r\n'],
])('sees a difference of %s: %s', async (what, _, from, to) => {
  const { direct } = await observe(A);
  const { through } = await observe({ ...A, request: A.request.replace(from, to) });
  const found = differences({ direct, through });
  expect(new Set(found.map((difference) => difference.what))).toEqual(new Set([what]));
  expect(found.every(({ side }) => side === 'upstream')).toBe(true);
});

it.each<[What, string, string, string]>([
  ['message', 'the status', '200', '201'],
  ['reason', 'the reason phrase', ' OK', ' ok'],
  ['interim', 'an answer before it', 'HTTP', 'HTTP/1.1 103 Early Hints\r\n\r\nHTTP'],
  ['body', 'a byte', '\r\n\r\nok', '\r\n\r\noK'],
  ['end', 'bytes behind it', '\r\n\r\nok', '\r\n\r\nok!'],
])('sees a difference of %s: %s', async (what, _, from, to) => {
  const { direct } = await observe(A);
  const segments = ok().segments.map((text) => text.replace(from, to));
  const { through } = await observe({ ...A, response: { segments, ends: 'kept' } });
  expect(differences({ direct, through }).map((difference) => difference.what)).toEqual([what]);
});
