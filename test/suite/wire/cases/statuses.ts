import { STATUS_CODES } from 'node:http';
import { response, type Case, gets, USUAL } from '../case.ts';

const STATUSES = [
  200, 201, 202, 203, 206, 207, 226, 299, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404,
  405, 407, 409, 410, 412, 413, 416, 417, 418, 421, 422, 425, 426, 429, 431, 451, 499, 500, 501,
  502, 503, 504, 505, 511, 599,
];

/** Fields that belong to a status and that a hop might act upon. */
const GOES_WITH: Readonly<Record<number, readonly string[]>> = {
  201: ['Location: /made'],
  206: ['Content-Range: bytes 0-3/10'],
  301: ['Location: http://127.0.0.1:1/elsewhere'],
  302: ['Location: //other.example/x'],
  303: ['Location: ../x?y#z'],
  307: ['Location: /x'],
  308: ['Location: /x'],
  401: ['WWW-Authenticate: Basic realm="a"', 'WWW-Authenticate: Bearer'],
  405: ['Allow: GET, PUT'],
  407: ['Proxy-Authenticate: Basic realm="a"'],
  416: ['Content-Range: bytes */10'],
  429: ['Retry-After: 3'],
  503: ['Retry-After: Thu, 01 Jan 2026 00:00:00 GMT'],
};

const REASONS: Readonly<Record<string, string>> = {
  'that is custom': 'HTTP/1.1 200 Very Fine',
  'with odd characters': 'HTTP/1.1 200 a:b "c" <d> ~',
  'with a tab': 'HTTP/1.1 200 a\tb',
  'in latin-1': 'HTTP/1.1 200 tr\xe8s bien',
  'that is empty': 'HTTP/1.1 200 ',
  'that is missing with its space': 'HTTP/1.1 200',
  'of another status': 'HTTP/1.1 404 OK',
};

const FOUR = 'Content-Length: 4';

/** Responses without a body, by their status (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5). */
const EMPTY: readonly Case[] = [
  gets('status 204', response('HTTP/1.1 204 No Content', [...USUAL, 'ETag: "x"'])),
  // The connection closes: a 205 without a length would have no end otherwise.
  gets(
    'status 205',
    response('HTTP/1.1 205 Reset Content', [...USUAL, 'Content-Length: 0'], '', 'closed'),
    { fields: ['Connection: close'] },
  ),
  gets(
    'status 304 with validators',
    response('HTTP/1.1 304 Not Modified', [
      ...USUAL,
      'ETag: W/"x"',
      'Cache-Control: max-age=1',
      'Vary: a',
    ]),
  ),
  gets(
    'status 304 with the length of what it stands for',
    response('HTTP/1.1 304 Not Modified', [...USUAL, 'ETag: "x"', FOUR]),
  ),
];

export const statuses: readonly Case[] = [
  ...STATUSES.map((status) => {
    const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`;
    const fields = [...USUAL, ...(GOES_WITH[status] ?? []), FOUR];
    return gets(`status ${status}`, response(line, fields, 'body'));
  }),
  ...EMPTY,
  ...Object.entries(REASONS).map(([name, line]) =>
    gets(`a reason phrase ${name}`, response(line, [...USUAL, FOUR], 'body')),
  ),
];
