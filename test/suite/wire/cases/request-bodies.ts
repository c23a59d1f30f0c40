import { asks, bytes, type Case, chunked } from '../case.ts';

const SIZES = { 'no byte': 0, 'one byte': 1, '1 KiB': 1024, '100 KiB': 102_400 };

const sized = (body: string) => [`Content-Length: ${body.length}`];
const CHUNKED = ['Transfer-Encoding: chunked'];

const post = (name: string, fields: readonly string[], body: string, method = 'POST') =>
  asks(`request body: ${name}`, { method, fields, body });

export const requestBodies: readonly Case[] = [
  ...Object.entries(SIZES).flatMap(([name, length]) => {
    const body = bytes(length);
    return [
      post(`${name} with its length`, sized(body), body),
      post(`${name} in chunks`, CHUNKED, chunked(body)),
    ];
  }),
  post('a chunk for each byte', CHUNKED, chunked(bytes(300), [1])),
  post('chunks of many sizes', CHUNKED, chunked(bytes(20_000), [1, 2, 15, 16, 17, 255, 256, 4096])),
  post('chunks with extensions', CHUNKED, chunked('some text', [4], ';a=1;b="2"')),
  post('chunks with sizes in capitals and zeros', CHUNKED, `00A\r\n${bytes(10)}\r\n0\r\n\r\n`),
  post('Transfer-Encoding in capitals', ['TRANSFER-ENCODING: Chunked'], chunked('text')),
  post('neither a length nor a byte', [], ''),
  post('text that looks like a request', sized('GET / HTTP/1.1\r\n\r\n'), 'GET / HTTP/1.1\r\n\r\n'),
  post('compressed', ['Content-Encoding: gzip', ...sized(bytes(200))], bytes(200)),
  post('with its type', ['Content-Type: application/json; charset=utf-8', ...sized('{}')], '{}'),
  post(
    'of a form',
    ['Content-Type: application/x-www-form-urlencoded', ...sized('a=%20+b')],
    'a=%20+b',
  ),
  post(
    'Content-MD5 and others',
    ['Content-Language: de', 'Content-Location: /x', ...sized('x')],
    'x',
  ),
  post('after Expect: 100-continue', ['Expect: 100-continue', ...sized('text')], 'text'),
  post('a length that is nominated', ['Connection: Content-Length', ...sized('text')], 'text'),
  post('of PUT', sized('text'), 'text', 'PUT'),
  post('of PATCH in chunks', CHUNKED, chunked('text'), 'PATCH'),
  post('of DELETE', sized('text'), 'text', 'DELETE'),
  post('of OPTIONS', sized('text'), 'text', 'OPTIONS'),
  post('of PROPFIND', sized('<a/>'), '<a/>', 'PROPFIND'),
  post('of GET', sized('text'), 'text', 'GET'),
  post('of GET in chunks', CHUNKED, chunked('text'), 'GET'),
  post('an empty one of GET', sized(''), '', 'GET'),
];
