import { response, asks, type Case, gets, ok, USUAL } from '../case.ts';

/** HTTP/1.0 on either side: each hop has its own version (RFC 9110 section 6.2). */
export const versions: readonly Case[] = [
  asks('a request of HTTP/1.0', { version: 'HTTP/1.0' }, ok(['Connection: close'])),
  asks('a request of HTTP/1.0 that keeps the connection', {
    version: 'HTTP/1.0',
    fields: ['Connection: keep-alive'],
  }),
  gets(
    'a response of HTTP/1.0',
    response('HTTP/1.0 200 OK', [...USUAL, 'Content-Length: 2'], 'ok', 'closed'),
  ),
  gets(
    'a response of HTTP/1.0 that ends at close',
    response('HTTP/1.0 200 OK', USUAL, 'ok', 'closed'),
  ),
];
