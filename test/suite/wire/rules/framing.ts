import type { Difference } from '../difference.ts';
import { declaredFraming, type Message } from '../message.ts';
import { type Exchange, is, isGone, type Rule, unless } from '../rule.ts';

const ofRequest = is('upstream', 'framing');
const ofResponse = is('client', 'framing');

const isHead = ({ exchange }: Exchange) => exchange.request.startsWith('HEAD ');
const isBodiless = ({ exchange }: Exchange) => /^(?:GET|HEAD) /.test(exchange.request);

/** True with exactly one length and no other framing. */
function hasPlainLength({ fields }: Message): boolean {
  const framed = fields.filter(({ name }) => /^(?:content-length|transfer-encoding)$/i.test(name));
  return framed.length === 1 && declaredFraming(fields)?.kind === 'length';
}

/** True when the field is gone or matches the body. */
function isRight(difference: Difference, { body }: Message): boolean {
  const right = difference.name === 'content-length' ? String(body.length) : 'chunked';
  return isGone(difference) || difference.through.join('\n') === right;
}

/** Where a body ends; each hop may frame it in its own way (RFC 9112 section 6). */
export const framing: readonly Rule[] = [
  {
    name: 'chunked again',
    accepts: (difference) =>
      ofRequest(difference) && difference.direct.join().toLowerCase() === difference.through.join(),
  },
  {
    name: 'a response without one plain length may be sent with a length, or chunked',
    accepts: (difference, exchange) =>
      ofResponse(difference) &&
      !isHead(exchange) &&
      !hasPlainLength(exchange.pair.direct.got.message!) &&
      isRight(difference, exchange.pair.through.got.message!),
  },
  {
    name: 'the response to HEAD need not say how GET would be framed (RFC 9112 section 6.1)',
    accepts: (difference, exchange) =>
      ofResponse(difference) &&
      isHead(exchange) &&
      difference.name === 'transfer-encoding' &&
      isGone(difference),
  },
  {
    name: 'a 304 loses its length',
    on: unless('lengthOf304'),
    accepts: (difference, { pair }) =>
      ofResponse(difference) &&
      isGone(difference) &&
      /^\S+ 304/.test(pair.direct.got.message!.line),
  },
  {
    name: 'a request that announces no body gets an empty one',
    on: unless('noUpload'),
    accepts: (difference, { pair }) =>
      ofRequest(difference) &&
      difference.direct.length === 0 &&
      pair.through.request?.body === '' &&
      /^(?:chunked|0)$/.test(difference.through.join()),
  },
  {
    name: 'GET and HEAD lose their body, and its framing',
    on: unless('bodyOfGet'),
    accepts: (difference, exchange) =>
      isBodiless(exchange) &&
      ((ofRequest(difference) && isGone(difference)) ||
        (is('upstream', 'body')(difference) && difference.through.join() === '')),
  },
];
