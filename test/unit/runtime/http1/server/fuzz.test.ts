import { expect, it } from 'vitest';
import { random } from '../../../../support/random.ts';
import { type Read, readPieces } from './read.ts';

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
  ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'POST / HTTP/1.1\r\nHost: a\r\n'],
].flat();

/** Refused either way; with which status depends on which of several faults shows first. */
const comparable = ({ requests, refused, held }: Read) => ({
  requests,
  refused: refused !== null,
  held,
});

it('any bytes are read the same however they are cut', () => {
  const next = random(9112);
  const pick = (list: readonly string[]) => list[Math.floor(next() * list.length)]!;
  const tally = { refused: 0, whole: 0 };
  for (let round = 0; round < 20_000; round++) {
    let text = next() < 0.7 ? pick(PIECES.slice(-2)) : '';
    for (let left = next() * 9; left > 0; left--) text += pick(PIECES);
    const pieces: string[] = [];
    for (let at = 0; at < text.length;) {
      const size = 1 + Math.floor(next() * next() * 30);
      pieces.push(text.slice(at, at + size));
      at += size;
    }
    const whole = readPieces([text]);
    expect(comparable(readPieces(pieces)), JSON.stringify(pieces)).toEqual(comparable(whole));
    tally.refused += Number(whole.refused !== null);
    tally.whole += whole.requests.filter((request) => request.whole).length;
  }
  // The generator makes enough of both.
  expect(tally.refused).toBeGreaterThan(2000);
  expect(tally.whole).toBeGreaterThan(5000);
});
