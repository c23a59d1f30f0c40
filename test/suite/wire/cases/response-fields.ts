import { response, type Case, gets, ok } from '../case.ts';

/** Fields of the message, from the upstream to the client. */
const MESSAGE: Readonly<Record<string, readonly string[]>> = {
  'Set-Cookie, repeated': [
    'Set-Cookie: a=1; Path=/; HttpOnly',
    'Set-Cookie: b=2, c',
    'Set-Cookie: a=1',
  ],
  'Set-Cookie with others between': [
    'Set-Cookie: a=1',
    'X-A: 1',
    'Set-Cookie: b=2; Expires=Thu, 01 Jan 2026 00:00:00 GMT',
  ],
  'a repeated field': ['X-A: 1', 'X-A: 2', 'X-A: 1'],
  'a repeated field with others between': ['X-A: 1', 'X-B: 2', 'X-A: 3'],
  'repeated Vary and Link': [
    'Vary: a',
    'Vary: b, c',
    'Link: </x>; rel=preload',
    'Link: </y>; rel=next',
  ],
  'fields out of the order of letters': ['X-C: 1', 'X-A: 2', 'X-B: 3'],
  'names in lower case': ['x-lower: 1', 'etag: "x"'],
  'names in capitals': ['X-UPPER: 1', 'ETAG: "x"'],
  'names in mixed case': ['x-MiXeD: 1', 'www-Authenticate: Basic'],
  'every character of a name': ["X!#$%&'*+-.^_`|~9: 1"],
  'a name with an underscore': ['x_a: 1', 'x-a: 2'],
  'an empty value': ['X-A:', 'X-B: '],
  'no space before the value': ['X-A:1'],
  'spaces around the value': ['X-A: \t 1 \t '],
  'spaces within the value': ['X-A: 1  2\t3'],
  'bytes of latin-1': ['X-A: caf\xe9'],
  'bytes of UTF-8': ['X-A: caf\xc3\xa9', 'Content-Disposition: attachment; filename="caf\xc3\xa9"'],
  'a long value': [`X-A: ${'x'.repeat(6000)}`],
  'many fields': Array.from({ length: 60 }, (_, i) => `X-Field-${i}: ${i}`),
  Server: ['Server: upstream/1 (x)'],
  Via: ['Via: 1.1 a.example'],
  'what caches read': [
    'Cache-Control: public, max-age=60',
    'Age: 3',
    'Expires: 0',
    'ETag: W/"a,b"',
    'Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT',
    'Vary: *',
  ],
  'what browsers obey': [
    "Content-Security-Policy: default-src 'self'",
    'Strict-Transport-Security: max-age=1',
    'Access-Control-Allow-Origin: *',
    'X-Frame-Options: DENY',
  ],
  'Accept-Ranges': ['Accept-Ranges: bytes'],
  'Alt-Svc': ['Alt-Svc: h3=":443"; ma=1'],
  'Content-Type in capitals': ['Content-Language: de, en', 'Content-Location: /x'],
  Refresh: ['Refresh: 5; url=/x'],
};

/** Fields of the connection to the upstream (RFC 9110 section 7.6.1). */
const HOP: Readonly<Record<string, readonly string[]>> = {
  'Connection: close': ['Connection: close'],
  'Connection: keep-alive and Keep-Alive': [
    'Connection: keep-alive',
    'Keep-Alive: timeout=99, max=7',
  ],
  'a nominated field': ['Connection: X-Hop', 'X-Hop: 1', 'X-Stays: 1'],
  'Proxy-Connection': ['Proxy-Connection: keep-alive'],
  'Upgrade that is offered': ['Connection: Upgrade', 'Upgrade: h2c'],
};

const LENGTH = 'Content-Length: 2';
const TYPE = 'Content-Type: text/plain';
const DATE = 'Date: Thu, 01 Jan 2026 00:00:00 GMT';

/** Responses without fields that a gateway might add. */
const ABSENT: Readonly<Record<string, readonly string[]>> = {
  'no Content-Type': [DATE, LENGTH],
  'no Date': [TYPE, LENGTH],
  'none but the length': [LENGTH],
  'an invalid Date': ['Date: yesterday', TYPE, LENGTH],
  'an invalid Content-Type': [DATE, 'Content-Type: what?', LENGTH],
  'the same length twice': [DATE, TYPE, LENGTH, LENGTH],
};

export const responseFields: readonly Case[] = [
  ...Object.entries({ ...MESSAGE, ...HOP }).map(([name, fields]) =>
    gets(`response field: ${name}`, ok(fields)),
  ),
  ...Object.entries(ABSENT).map(([name, fields]) =>
    gets(`response field: ${name}`, response('HTTP/1.1 200 OK', fields, 'ok')),
  ),
];
