import { type WireResponse, response, asks, type Case, gets, needing, USUAL } from '../case.ts';

type Trailers = readonly [fields: readonly string[], trailers: readonly string[]];

/** Fields about trailers, and the trailers (RFC 9110 section 6.5). */
const TRAILERS: Readonly<Record<string, Trailers>> = {
  trailers: [['Trailer: X-Sum'], ['X-Sum: 1', 'X-Other: 2']],
  'trailers without a Trailer field, in their order and case': [
    [],
    ['X-Z: 1', 'x-a: "b"', 'X-Z: caf\xe9', 'X-Empty: '],
  ],
  'trailers that belong in the head': [
    [],
    [
      'Host: smuggled',
      'Content-Length: 99',
      'Transfer-Encoding: chunked',
      'X-Stays: 1',
      'Set-Cookie: a=1',
      'Authorization: x',
      'Content-Type: text/x',
      'X-Forwarded-For: 203.0.113.1',
      'If-Match: *',
      'X-API-Key: x',
      'Origin: null',
      'Content_Length: 99',
      'X_Forwarded_For: 203.0.113.1',
      'Trailer: X-Stays',
    ],
  ],
  'trailers of the connection': [
    ['Connection: X-Hop'],
    ['X-Hop: 1', 'X-Stays: 1', 'Connection: close', 'TE: x', 'Upgrade: x'],
  ],
};

const CHUNKED = 'Transfer-Encoding: chunked';

const bodyWith = (trailers: readonly string[]) =>
  `4\r\ntext\r\n0\r\n${trailers.join('\r\n')}\r\n\r\n`;

const sent = (name: string, [fields, trailers]: Trailers) =>
  asks(`${name}, of a request`, {
    method: 'POST',
    fields: [CHUNKED, ...fields],
    body: bodyWith(trailers),
  });

const respondsWith = ([fields, trailers]: Trailers): WireResponse =>
  response('HTTP/1.1 200 OK', [...USUAL, CHUNKED, ...fields], bodyWith(trailers));

const SUM = respondsWith([[], ['X-Sum: 1']]);
const BYTE_BY_BYTE: WireResponse = {
  ...SUM,
  segments: SUM.segments.flatMap((text) => text.split('')),
};

export const trailers: readonly Case[] = [
  ...Object.entries(TRAILERS).flatMap(([name, some]) => [
    needing('trailersOfRequest', sent(name, some)),
    needing('trailersOfResponse', gets(`${name}, of a response`, respondsWith(some))),
  ]),
  ...[
    gets('trailers with a space before the colon', respondsWith([[], ['X-Sum : 1', 'X-Other: 2']])),
    gets('trailers that come one byte at a time', BYTE_BY_BYTE),
    gets('trailers for a client that asked', SUM, {
      fields: ['TE: gzip;q=0.5, trailers', 'Connection: TE'],
    }),
    gets('trailers for HTTP/1.0', SUM, { version: 'HTTP/1.0' }),
  ].map((exchange) => needing('trailersOfResponse', exchange)),
];
