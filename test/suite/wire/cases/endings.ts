import { type WireResponse, response, type Case, gets, needing, USUAL } from '../case.ts';

const OK = 'HTTP/1.1 200 OK';

/** Responses that break off (RFC 9112 section 8). */
const BROKEN: Readonly<Record<string, WireResponse>> = {
  'a body with its length that breaks off': response(
    OK,
    [...USUAL, 'Content-Length: 100'],
    'a part',
    { cutAfter: 6 },
  ),
  'a body in chunks that breaks off between two': response(
    OK,
    [...USUAL, 'Transfer-Encoding: chunked'],
    '6\r\na part\r\n',
    { cutAfter: 6 },
  ),
  'a body in chunks that breaks off within one': response(
    OK,
    [...USUAL, 'Transfer-Encoding: chunked'],
    '6\r\na part\r\n20\r\nand',
    { cutAfter: 6 },
  ),
};

/** Malformed responses: to guess their meaning allows response splitting. */
const MALFORMED: Readonly<Record<string, WireResponse>> = {
  'a folded field': response(OK, [...USUAL, 'X-A: 1\r\n 2', 'Content-Length: 2'], 'ok'),
  'a space before the colon': response(OK, [...USUAL, 'X-A : 1', 'Content-Length: 2'], 'ok'),
  'spaces before the colon of a length': response(
    OK,
    [...USUAL, 'Content-Length \t : 2'],
    'ok',
    'closed',
  ),
  'two lengths that differ': response(
    OK,
    [...USUAL, 'Content-Length: 2', 'Content-Length: 3'],
    'ok',
    'closed',
  ),
  'an unsolicited transfer coding': response(
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
    response(OK, [...USUAL, 'Content-Length: 100'], '', { cutAfter: 0 }),
  ),
  needing(
    'guardsConnections',
    gets(
      'bytes after a response',
      response(OK, [...USUAL, 'Content-Length: 2'], 'okHTTP/1.1 200 OK\r\n\r\n'),
    ),
  ),
  needing(
    'guardsConnections',
    gets('a body in response to HEAD', response(OK, [...USUAL, 'Content-Length: 2'], 'ok'), {
      method: 'HEAD',
    }),
  ),
  gets('an upstream that closes in silence', { segments: [], ends: 'closed' }),
];
