import { type Answer, answer, type Case, gets, needing, USUAL } from '../case.ts';

const OK = 'HTTP/1.1 200 OK';

/** Responses that break off (RFC 9112 section 8). */
const BROKEN: Readonly<Record<string, Answer>> = {
  'a body with its length that breaks off': answer(
    OK,
    [...USUAL, 'Content-Length: 100'],
    'a part',
    { cutAfter: 6 },
  ),
  'a body in chunks that breaks off between two': answer(
    OK,
    [...USUAL, 'Transfer-Encoding: chunked'],
    '6\r\na part\r\n',
    { cutAfter: 6 },
  ),
  'a body in chunks that breaks off within one': answer(
    OK,
    [...USUAL, 'Transfer-Encoding: chunked'],
    '6\r\na part\r\n20\r\nand',
    { cutAfter: 6 },
  ),
};

/** Malformed responses: to guess their meaning allows response splitting. */
const MALFORMED: Readonly<Record<string, Answer>> = {
  'a folded field': answer(OK, [...USUAL, 'X-A: 1\r\n 2', 'Content-Length: 2'], 'ok'),
  'a space before the colon': answer(OK, [...USUAL, 'X-A : 1', 'Content-Length: 2'], 'ok'),
  'spaces before the colon of a length': answer(
    OK,
    [...USUAL, 'Content-Length \t : 2'],
    'ok',
    'closed',
  ),
  'two lengths that differ': answer(
    OK,
    [...USUAL, 'Content-Length: 2', 'Content-Length: 3'],
    'ok',
    'closed',
  ),
  'an unsolicited transfer coding': answer(
    OK,
    [...USUAL, 'Transfer-Encoding: gzip, chunked'],
    '2\r\nok\r\n0\r\n\r\n',
    'closed',
  ),
};

export const endings: readonly Case[] = [
  ...Object.entries(BROKEN).map(([name, reply]) => gets(name, reply)),
  ...Object.entries(MALFORMED).map(([name, reply]) => gets(`a response with ${name}`, reply)),
  gets(
    'a body with its length that breaks off before it begins',
    answer(OK, [...USUAL, 'Content-Length: 100'], '', { cutAfter: 0 }),
  ),
  needing(
    'guardsConnections',
    gets(
      'bytes after a response',
      answer(OK, [...USUAL, 'Content-Length: 2'], 'okHTTP/1.1 200 OK\r\n\r\n'),
    ),
  ),
  needing(
    'guardsConnections',
    gets('a body in response to HEAD', answer(OK, [...USUAL, 'Content-Length: 2'], 'ok'), {
      method: 'HEAD',
    }),
  ),
  gets('an upstream that closes in silence', { segments: [], ends: 'closed' }),
];
