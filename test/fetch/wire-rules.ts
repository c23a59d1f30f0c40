import { isCalled, type Message } from '../suite/wire/message.ts';
import { type Exchange, is, isGone, type Rule } from '../suite/wire/rule.ts';
import type { FetchRuntime } from './runtimes.ts';

type Name = FetchRuntime['name'];

const EVERYWHERE: readonly Name[] = ['node', 'bun', 'deno'];

const ofUpstream = is('upstream', 'field');
const ofClient = is('client', 'field');
const isHead = ({ exchange }: Exchange) => exchange.request.startsWith('HEAD ');

/** Fields that fetch writes where the client sent none. */
const ADDED: Readonly<Record<string, RegExp>> = {
  accept: /^\*\/\*$/,
  'accept-encoding': /^(?:gzip, deflate(?:, br, zstd)?|gzip,br|identity)$/,
  'accept-language': /^\*$/,
  'user-agent': /^(?:node|Bun\/.*|Deno\/.*)$/,
};

const asUtf8 = (bytes: string) => Buffer.from(bytes, 'utf8').toString('latin1');

const unescaped = (text: string) =>
  text.replace(/%([\da-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );

function isDecoded({ pair }: Exchange): boolean {
  const coding = (fields: Message['fields'] | undefined) =>
    fields?.find((field) => isCalled(field, 'content-encoding'))?.value;
  const before = coding(pair.direct.got.message?.fields);
  return before !== undefined && coding(pair.through.got.message?.fields) === undefined;
}

/** What each runtime's fetch, or the server in front of it, makes different on the wire, and why. */
const RULES: readonly (Omit<Rule, 'on'> & { readonly on: readonly Name[] })[] = [
  {
    name: "Host is the node's own: fetch takes it from the URL",
    on: ['node', 'deno'],
    accepts: (difference, { upstream }) =>
      is('upstream', 'field', 'host')(difference) && difference.through.join() === upstream.node,
  },
  {
    name: "a web Request does not tell of the socket: the port is the scheme's",
    on: EVERYWHERE,
    accepts: (difference) =>
      is('upstream', 'field', 'x-forwarded-port')(difference) && difference.through.join() === '80',
  },
  {
    name: "nor of the client's address: X-Real-IP is not written",
    on: EVERYWHERE,
    accepts: (difference) => is('upstream', 'field', 'x-real-ip')(difference) && isGone(difference),
  },
  {
    name: 'nor of the authority in a target: Host alone says whom a request is for',
    on: EVERYWHERE,
    accepts: (difference, { exchange }) =>
      is('upstream', 'field', 'x-forwarded-host')(difference) &&
      /^\S+ http:/.test(exchange.request),
  },
  {
    name: 'fetch adds fields of a browser',
    on: EVERYWHERE,
    accepts: (difference) =>
      ofUpstream(difference) &&
      difference.direct.length === 0 &&
      ADDED[difference.name]?.test(difference.through.join()) === true,
  },
  {
    name: 'fetch says in what mode it is',
    on: ['node'],
    accepts: (difference) =>
      is('upstream', 'field', 'sec-fetch-mode')(difference) && difference.through.join() === 'cors',
  },
  {
    name: 'fetch keeps conditional requests from caches (Fetch standard, HTTP-network-or-cache fetch)',
    on: ['node'],
    accepts: (difference) =>
      is('upstream', 'field', /^(?:cache-control|pragma)$/)(difference) &&
      difference.direct.length === 0 &&
      difference.through.join() === 'no-cache',
  },
  {
    name: 'fetch says whether its connection stays',
    on: ['node', 'bun'],
    accepts: (difference) =>
      is('upstream', 'field', 'connection')(difference) &&
      /^(?:keep-alive|close)$/.test(difference.through.join()),
  },
  {
    name: 'case and order of fields do not survive web Headers',
    on: EVERYWHERE,
    accepts: ({ what }) => what === 'order' || what === 'spelling',
  },
  {
    name: 'repeated fields are joined (RFC 9110 section 5.3)',
    on: EVERYWHERE,
    accepts: ({ what, name, direct, through }) =>
      what === 'field' &&
      name !== 'set-cookie' &&
      direct.length > 1 &&
      through.join('\n') === direct.join(name === 'cookie' ? '; ' : ', '),
  },
  {
    name: 'bytes of a field above 127 are written as UTF-8 once more',
    on: ['node'],
    accepts: (difference) =>
      ofClient(difference) && difference.through.join() === asUtf8(difference.direct.join()),
  },
  {
    name: 'a folded field is unfolded (RFC 9112 section 5.2)',
    on: ['node'],
    accepts: (difference, { exchange }) =>
      ofClient(difference) &&
      /\r\n[ \t]/.test(exchange.answer.segments.join('')) &&
      (isGone(difference) || difference.through.join() === '1 2'),
  },
  {
    name: 'the server writes a Date where there was none',
    on: EVERYWHERE,
    accepts: (difference) =>
      is('client', 'field', 'date')(difference) && difference.direct.length === 0,
  },
  {
    name: 'the server writes a Content-Type where there was none',
    on: ['node', 'bun'],
    accepts: (difference) =>
      is('client', 'field', 'content-type')(difference) && difference.direct.length === 0,
  },
  {
    name: "the server writes a reason phrase of its own in the upstream's place",
    on: EVERYWHERE,
    accepts: ({ what }) => what === 'reason',
  },
  {
    name: 'the server answers Expect: 100-continue before anybody was asked',
    on: EVERYWHERE,
    accepts: (difference) =>
      is('client', 'interim')(difference) &&
      difference.direct.length === 0 &&
      difference.through.join() === 'HTTP/1.1 100 Continue',
  },
  {
    name: '1xx responses do not get through: fetch does not show them',
    on: EVERYWHERE,
    accepts: (difference) => is('client', 'interim')(difference) && isGone(difference),
  },
  {
    name: 'trailers do not get through: fetch has none',
    on: EVERYWHERE,
    accepts: (difference) => difference.what === 'trailers' && isGone(difference),
  },
  {
    name: 'a response comes decoded, and so in another framing',
    on: EVERYWHERE,
    accepts: (difference, exchange) =>
      difference.side === 'client' &&
      (difference.what === 'body' ||
        difference.what === 'framing' ||
        difference.name === 'content-encoding') &&
      isDecoded(exchange),
  },
  {
    name: 'a request that says nothing of a body gets an empty one (Fetch standard)',
    on: EVERYWHERE,
    accepts: (difference, { pair }) =>
      is('upstream', 'framing')(difference) &&
      pair.through.asked?.body === '' &&
      /^(?:chunked|0|)$/.test(difference.through.join()),
  },
  {
    name: 'GET and HEAD lose their body: fetch has none for them',
    on: EVERYWHERE,
    accepts: (difference, { exchange }) =>
      /^(?:GET|HEAD) /.test(exchange.request) &&
      ((is('upstream', 'framing')(difference) && isGone(difference)) ||
        (is('upstream', 'body')(difference) && difference.through.join() === '')),
  },
  {
    name: 'a stream is sent in chunks, though its length is known',
    on: ['bun', 'deno'],
    accepts: (difference) =>
      difference.what === 'framing' &&
      (difference.name === 'content-length'
        ? isGone(difference)
        : difference.direct.length === 0 && difference.through.join() === 'chunked'),
  },
  {
    name: 'the response to HEAD says a length of 0',
    on: ['bun', 'deno'],
    accepts: (difference, exchange) =>
      isHead(exchange) &&
      is('client', 'framing', 'content-length')(difference) &&
      difference.through.join() === '0',
  },
  {
    name: 'HTTP/1.0 is answered as HTTP/1.0',
    on: ['deno'],
    accepts: ({ side, what, through }) =>
      side === 'client' && what === 'version' && through.join() === 'HTTP/1.0',
  },
  {
    name: 'the URL parser writes escapes (URL standard)',
    on: EVERYWHERE,
    accepts: (difference) =>
      is('upstream', 'target')(difference) &&
      unescaped(difference.through.join()) === unescaped(difference.direct.join()),
  },
  {
    name: 'the URL parser drops the mark of an empty query',
    on: ['node'],
    accepts: (difference) =>
      is('upstream', 'target')(difference) &&
      difference.direct.join() === `${difference.through.join()}?`,
  },
  {
    name: 'the URL parser of the server makes a slash of a backslash, and one of the two that lead',
    on: ['bun'],
    accepts: (difference) =>
      is('upstream', 'target')(difference) &&
      difference.through.join() ===
        difference.direct.join().replaceAll('\\', '/').replace(/^\/\//, '/'),
  },
  {
    name: 'bytes of a target that are no UTF-8 are replaced',
    on: ['bun'],
    accepts: (difference) =>
      is('upstream', 'target')(difference) && difference.through.join().includes('%EF%BF%BD'),
  },
];

/** The rules of one runtime. */
export function wireRules(name: Name): readonly Rule[] {
  return RULES.filter(({ on }) => on.includes(name)).map(({ name: title, accepts }) => ({
    name: title,
    accepts,
  }));
}
