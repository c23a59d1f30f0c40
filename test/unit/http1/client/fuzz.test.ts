import { expect, it } from 'vitest';
import { random } from '../../../support/random.ts';
import { anyOf, cut, cutAnywhere } from '../pieces.ts';
import { readPieces } from './read.ts';

const HEADS = [
  'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\r\n\n',
  'HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\n',
  'HTTP/1.0 304 Not Modified\r\n',
];

/** Pieces of answers, right and wrong ones. */
const PIECES = [
  ['HTTP/1.1 ', 'HTTP/1.0 ', 'HTTP/2 ', '200', '204', '999', '20', ' OK', ' ', '\t', '\0', '\x80'],
  ['\r\n', '\r\n', '\r\n', '\n', '\n', '\r\n\r\n', '\n\n', '\r', '\r\r\n'],
  ['Connection: close\r\n', 'A: 1\n', 'B : 2\r\n', ' folded\r\n', ': ', 'Connection: Upgrade\r\n'],
  ['Content-Length: 3\r\n', 'Content-Length: 3\n', 'Content-Length: x\r\n', 'abc'],
  ['Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: gzip\r\n', '3\r\nabc\r\n', '0\r\n\r\n'],
  [
    '1;x\r\n.\r\n',
    '1  \r\n.\r\n',
    'f\r\n',
    '2 ; a = "b\\";" ;c\r\nxy\r\n',
    '0;a=b\r\n',
    'T : 1\r\n',
  ],
  HEADS,
].flat();

it('any bytes are read the same however they are cut', () => {
  const next = random(9110);
  const tally = { refused: 0, ended: 0 };
  for (let round = 0; round < 5000; round++) {
    const text = (next() < 0.7 ? anyOf(HEADS, 1, next) : '') + anyOf(PIECES, 9, next);
    const whole = readPieces([text]);
    for (const pieces of [cutAnywhere(text, next), cut(text, 1)])
      expect(readPieces(pieces), JSON.stringify(pieces)).toEqual(whole);
    tally.refused += Number(whole.refused !== null);
    tally.ended += whole.ended;
  }
  // The generator makes enough of both.
  expect(tally.refused).toBeGreaterThan(1000);
  expect(tally.ended).toBeGreaterThan(500);
});
