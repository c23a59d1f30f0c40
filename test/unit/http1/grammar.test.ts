import { expect, it } from 'vitest';
import * as answer from '../../../src/http1/client/response-grammar.ts';
import { automaton, type Automaton, BAD, END } from '../../../src/http1/grammar.ts';
import { LineReader } from '../../../src/http1/line-reader.ts';
import * as request from '../../../src/http1/server/request-grammar.ts';
import { random } from '../../support/random.ts';
import { anyOf } from './pieces.ts';

const byte = (text: string) => text.charCodeAt(0);

it('goes from state to state, each numbered as the rules name it', () => {
  const { next, of } = automaton([
    ['start', /[a-c]/, 'more'],
    ['more', /[a-c]/, 'more'],
    ['more', '.', 'end'],
    ['start', '!', 'bad'],
  ]);
  const after = (state: string, text: string) => next[(of(state) << 8) | byte(text)];
  expect([of('start'), of('more')]).toEqual([2, 3]);
  expect(after('start', 'a')).toBe(3);
  expect(after('more', 'c')).toBe(3);
  expect(after('more', '.')).toBe(END);
  for (const [state, text] of [
    ['start', '.'],
    ['start', '!'],
    ['more', 'd'],
    ['more', '\0'],
    ['more', '\xff'],
  ] as const)
    expect(after(state, text)).toBe(BAD);
});

it('knows all bytes, the first and the last included', () => {
  const { next, of } = automaton([
    ['start', /[\0\xff]/, 'end'],
    ['start', '\x01', 'start'],
  ]);
  const row = next.subarray(of('start') << 8);
  expect([row[0], row[1], row[2], row[0xfe], row[0xff]]).toEqual([END, 2, BAD, BAD, END]);
});

it('of two rules about a byte the later is in force', () => {
  const { next, of } = automaton([
    ['start', /./, 'start'],
    ['start', 'x', 'end'],
  ]);
  expect(next[(of('start') << 8) | byte('x')]).toBe(END);
});

it('has no state that leads nowhere', () => {
  expect(() => automaton([['start', 'a', 'nowhere']])).toThrow('a state without rules');
});

/** Where a head ends; -1 where none does, as far as it goes. */
function endOf(grammar: Automaton, text: string): number {
  const lines = new LineReader(grammar, 'start', Infinity);
  const end = lines.read(Buffer.from(text, 'latin1'), 0, Infinity);
  return lines.status === 'whole' ? end : -1;
}

const ENDS = ['\r\n', '\r\n', '\r\n', '\r\n\r\n', '\n', '\r'];
const ODD = [' ', '  ', '\t', '\0', ':', '\x80', '\x7f', 'x'];

const REQUEST = [
  ['GET /', 'GET * ', 'M-S', '/a b', 'http://a', 'HTTPS://', 'httpx://', ' HTTP/1.1', ' HTTP/1.0'],
  ['GET / HTTP/1.1\r\n', 'GET http://a/ HTTP/1.0\r\n', 'A: 1\r\n', 'B:\xff\t\r\n', 'C d: \r\n'],
];
const ANSWER = [
  ['HTTP/1.1 ', 'HTTP/1.2 ', '200', '099', '1000', ' OK', ' \x01\xff', 'C d: \r\n', 'E\t: f\r\n'],
  ['HTTP/1.1 200 OK\r\n', 'HTTP/1.0 404\r\n', 'A: 1\r\n', 'B:\xff\x01\r\n'],
];

it.each([
  ['a request', request.WHOLE_HEAD, request.REQUEST_HEAD, REQUEST.flat()],
  ['an answer', answer.WHOLE_HEAD, answer.RESPONSE_HEAD, ANSWER.flat()],
])('of %s is one grammar, as a pattern and as a table', (_, pattern, table, pieces) => {
  const next = random(5234);
  const all = [...pieces, ...pieces, ...pieces, ...ENDS, ...ODD];
  let [matched, mended] = [0, 0];
  for (let round = 0; round < 20_000; round++) {
    const text = anyOf(pieces, 2, next) + anyOf(all, 6, next) + anyOf(ENDS, 3, next);
    const match = pattern.exec(text)?.[0].length ?? -1;
    const end = endOf(table, text);
    if (match === end) matched += Number(end > 0);
    else {
      // What is read beyond the pattern is what it is read for.
      expect([match, /[^\r]\n|[ \t]:/.test(text.slice(0, end))], JSON.stringify(text)).toEqual([
        -1,
        true,
      ]);
      mended += 1;
    }
  }
  expect(matched).toBeGreaterThan(80);
  if (table === request.REQUEST_HEAD) expect(mended).toBe(0);
  else expect(mended).toBeGreaterThan(40);
});
