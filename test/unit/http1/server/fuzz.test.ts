import { expect, it } from 'vitest';
import { random } from '../../../support/random.ts';
import { anyOf, cut, cutAnywhere } from '../pieces.ts';
import { readPieces } from './read.ts';

const HEADS = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
];

/** Pieces of requests, right and wrong ones. */
const PIECES = [
  ['GET', 'POST', 'get', 'CONNECT', ' ', '  ', '/', '/a?b', '*', 'http://a/', '\t', '\0', '\x80'],
  [' HTTP/1.1', ' HTTP/1.0', ' HTTP/2.0', '\r\n', '\r\n', '\r\n', '\r\n\r\n', '\r', '\n'],
  [
    'Host: a\r\n',
    'Host: a\r\n',
    'Host: /\r\n',
    'Connection: close\r\n',
    'A: 1\r\n',
    ': ',
    'A :1\r\n',
  ],
  ['Content-Length: 3\r\n', 'Content-Length: 3\r\n', 'Content-Length: x\r\n', 'abc'],
  ['Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: gzip\r\n', '3\r\nabc\r\n', '0\r\n\r\n'],
  ['1;x\r\n.\r\n', 'f\r\n', 'T: 1\r\n', 'Expect: 100-continue\r\n', 'Expect: x\r\n'],
  [' ', '\t', '"', '\\', '2;a = "b\\";" ;c\r\nxy\r\n', '1;a="b"\r\n', '0;a=b\r\n', '1;\r\n'],
  HEADS,
].flat();

it('any bytes are read the same however they are cut', () => {
  const next = random(9112);
  const tally = { refused: 0, whole: 0 };
  for (let round = 0; round < 5000; round++) {
    const text = (next() < 0.7 ? anyOf(HEADS, 1, next) : '') + anyOf(PIECES, 9, next);
    const whole = readPieces([text]);
    for (const pieces of [cutAnywhere(text, next), cut(text, 1)])
      expect(readPieces(pieces), JSON.stringify(pieces)).toEqual(whole);
    tally.refused += Number(whole.refused !== null);
    tally.whole += whole.requests.filter((request) => request.whole).length;
  }
  // The generator makes enough of both.
  expect(tally.refused).toBeGreaterThan(500);
  expect(tally.whole).toBeGreaterThan(700);
});
