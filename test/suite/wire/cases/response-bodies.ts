import {
  type WireResponse,
  response,
  bytes,
  type Case,
  chunked,
  gets,
  ok,
  USUAL,
} from '../case.ts';

const OK = 'HTTP/1.1 200 OK';
const CHUNKED = [...USUAL, 'Transfer-Encoding: chunked'];

/** A response that arrives in pieces of `length` bytes. */
function inPieces({ segments, ends }: WireResponse, length: number): WireResponse {
  const all = segments.join('');
  const count = Math.ceil(all.length / length);
  return {
    segments: Array.from({ length: count }, (_, i) => all.slice(i * length, (i + 1) * length)),
    ends,
  };
}

const SIZES = { 'no byte': 0, 'one byte': 1, '1 KiB': 1024, '100 KiB': 102_400 };

export const responseBodies: readonly Case[] = [
  ...Object.entries(SIZES).flatMap(([name, length]) => [
    gets(`response body: ${name} with its length`, ok([], bytes(length))),
    gets(`response body: ${name} in chunks`, response(OK, CHUNKED, chunked(bytes(length)))),
    gets(
      `response body: ${name} up to the end of the connection`,
      response(OK, USUAL, bytes(length), 'closed'),
    ),
  ]),
  gets('response body: a chunk for each byte', response(OK, CHUNKED, chunked(bytes(300), [1]))),
  gets(
    'response body: chunks of many sizes',
    response(OK, CHUNKED, chunked(bytes(20_000), [1, 2, 15, 16, 17, 255, 4096])),
  ),
  gets(
    'response body: chunks with extensions',
    response(OK, CHUNKED, chunked('some text', [4], ' ; a="1"')),
  ),
  gets(
    'response body: a length beside chunks',
    response(OK, [...CHUNKED, 'Content-Length: 3'], chunked('text'), 'closed'),
  ),
  gets('response body: many pieces', inPieces(ok([], bytes(2000)), 50)),
  gets(
    'response body: many pieces in chunks',
    inPieces(response(OK, CHUNKED, chunked(bytes(1000), [100])), 33),
  ),
  gets('response body: a head in single bytes', inPieces(ok(['X-A: 1']), 1)),
  gets(
    'response body: of HEAD, with the length that GET would get',
    response(OK, [...USUAL, 'Content-Length: 1234']),
    { method: 'HEAD' },
  ),
  gets('response body: of HEAD, chunked if it had one', response(OK, CHUNKED), { method: 'HEAD' }),
  gets('response body: of HEAD, without a length', response(OK, [...USUAL, 'ETag: "x"']), {
    method: 'HEAD',
  }),
  gets(
    'response body: of HEAD, 404',
    response('HTTP/1.1 404 Not Found', [...USUAL, 'Content-Length: 9']),
    { method: 'HEAD' },
  ),
  gets(
    'response body: events',
    response(
      OK,
      ['Date: x', 'Content-Type: text/event-stream', 'Transfer-Encoding: chunked'],
      chunked('data: a\n\ndata: b\n\n', [9]),
    ),
  ),
];
