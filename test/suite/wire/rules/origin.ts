import type { Difference } from '../difference.ts';
import { isCalled } from '../message.ts';
import { type Exchange, is, type Rule, unless, where } from '../rule.ts';

/** What the gateway says about the client, field by field; no client is trusted here. */
const TOLD: Readonly<Record<string, (difference: Difference, exchange: Exchange) => string>> = {
  'x-real-ip': () => '127.0.0.1',
  'x-forwarded-for': ({ direct }) => [...direct, '127.0.0.1'].join(', '),
  'x-forwarded-proto': () => 'http',
  'x-forwarded-host': (_, exchange) => hostOf(exchange),
  'x-forwarded-port': (_, exchange) =>
    exchange.runtime === 'workers'
      ? (/:(\d+)$/.exec(hostOf(exchange))?.[1] ?? '80')
      : String(exchange.gateway.port),
};

/** The host that the request is for (RFC 9112 section 3.2.2). */
function hostOf(exchange: Exchange): string {
  return namedBy(exchange) ?? hostField(exchange);
}

/** The authority of a target in absolute form. */
function namedBy({ exchange }: Exchange): string | undefined {
  return /^\S+ http:\/\/([^/? ]*)/.exec(exchange.request)?.[1];
}

function hostField({ pair }: Exchange): string {
  return pair.direct.request?.fields.find((field) => isCalled(field, 'host'))?.value ?? '';
}

/** Where a request came from, and where it goes. */
export const origin: readonly Rule[] = [
  {
    name: 'the gateway says where the request came from, and ignores claims',
    accepts: (difference, exchange) =>
      is('upstream', 'field')(difference) &&
      difference.through.length === 1 &&
      difference.through[0] === TOLD[difference.name]?.(difference, exchange),
  },
  {
    name: 'Forwarded of an untrusted client is removed',
    accepts: (difference) =>
      is('upstream', 'field', 'forwarded')(difference) && difference.through.length === 0,
  },
  {
    name: 'a field that CGI would mistake for a field of the gateway is removed',
    accepts: (difference) =>
      is(
        'upstream',
        'field',
        /^(?:x_real_ip|x-forwarded_for|(?:content|transfer)_\w+)$/,
      )(difference) && difference.through.length === 0,
  },
  {
    name: 'Host is the host in the target (RFC 9112 section 3.2.2)',
    on: where('absoluteForm'),
    accepts: (difference, exchange) =>
      is('upstream', 'field', 'host')(difference) &&
      difference.through.join() === namedBy(exchange),
  },
  {
    name: "Host is the node's own",
    on: unless('hostToUpstream'),
    accepts: (difference, { upstream }) =>
      is('upstream', 'field', 'host')(difference) && difference.through.join() === upstream.node,
  },
  {
    name: 'Host is written anew, as the first field (RFC 9110 section 7.2)',
    on: where('hostToUpstream'),
    accepts: (difference) =>
      is('upstream', 'spelling', 'host')(difference) && difference.through.join() === 'Host',
  },
  {
    name: 'the platform says which Worker it was',
    on: unless('hostToUpstream'),
    accepts: (difference) =>
      is('upstream', 'field', 'cf-worker')(difference) && difference.direct.length === 0,
  },
  {
    name: 'the platform hides an empty Accept-Encoding',
    on: unless('emptyAcceptEncoding'),
    accepts: (difference) =>
      is('upstream', 'field', 'accept-encoding')(difference) &&
      difference.direct.join() === '' &&
      difference.through.length === 0,
  },
];
