import { is, isGone, type Rule, unless, where } from '../rule.ts';

const ofInterim = is('client', 'interim');

const mended = (line: string) => line.replace(' :', ':');

/** 1xx responses and trailers. */
export const interimAndTrailers: readonly Rule[] = [
  {
    name: '1xx responses do not get through',
    on: unless('interimFromUpstream'),
    accepts: (difference) => ofInterim(difference) && isGone(difference),
  },
  {
    name: 'a second 100 is dropped (RFC 9110 section 15.2.1)',
    on: where('interimFromUpstream'),
    accepts: (difference) =>
      ofInterim(difference) &&
      difference.through.join() === 'HTTP/1.1 100 Continue' &&
      new Set(difference.direct).size === 1 &&
      difference.direct[0] === difference.through[0],
  },
  {
    name: 'a 1xx response has neither fields of the connection nor a length (RFC 9110 section 8.6)',
    on: where('interimFromUpstream'),
    accepts: (difference) =>
      ofInterim(difference) &&
      difference.direct.join().includes('\nConnection: X-Hop\n') &&
      difference.through.join() === 'HTTP/1.1 103 Early Hints\nX-Stays: 1',
  },
  {
    name: 'HTTP/1.0 has neither 1xx responses (RFC 9110 section 15.2) nor trailers',
    on: where('interimFromUpstream'),
    accepts: (difference, { exchange }) =>
      (ofInterim(difference) || is('client', 'trailers')(difference)) &&
      / HTTP\/1\.0\r\n/.test(exchange.request) &&
      isGone(difference),
  },
  {
    name: 'trailers that belong in a head, or to the connection, are removed (RFC 9110 section 6.5.1)',
    on: where('trailersOfResponse'),
    accepts: ({ what, through }) => what === 'trailers' && through.join() === 'X-Stays: 1',
  },
  {
    name: 'a space before the colon of a trailer is removed (RFC 9112 section 5.1)',
    on: where('trailersOfResponse'),
    accepts: (difference) =>
      is('client', 'trailers')(difference) &&
      difference.direct.some((line) => / :/.test(line)) &&
      difference.through.join() === difference.direct.map(mended).join(),
  },
  {
    name: 'of TE only trailers is forwarded (RFC 9110 section 10.1.4)',
    on: where('trailersOfResponse'),
    accepts: (difference) =>
      is('upstream', 'field', 'te')(difference) &&
      difference.direct.join() === 'gzip;q=0.5, trailers' &&
      difference.through.join() === 'trailers',
  },
];
