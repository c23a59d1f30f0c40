import { response, asks, type Case, ok, USUAL } from '../case.ts';

/** Clients may use any method, known or not (RFC 9110 section 9.1). */
const METHODS = [
  'GET HEAD POST PUT PATCH DELETE OPTIONS',
  'PURGE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK REPORT',
  'SEARCH M-SEARCH SUBSCRIBE MERGE BIND',
].flatMap((line) => line.split(' '));

/** Methods are case-sensitive: these are unknown methods. */
const LOWER_CASE = ['get', 'patch'];

const BODILESS = response('HTTP/1.1 200 OK', [...USUAL, 'Content-Length: 2']);

export const methods: readonly Case[] = [
  ...METHODS.map((method) =>
    asks(`method ${method}`, { method }, method === 'HEAD' ? BODILESS : ok()),
  ),
  ...LOWER_CASE.map((method) => asks(`method ${method}`, { method })),
  asks('OPTIONS *', { method: 'OPTIONS', target: '*' }),
];
