import { isCalled, type Message } from '../suite/wire/message.ts';
import { type Exchange, is, isGone, type Rule } from '../suite/wire/rule.ts';
import type { FetchRuntime } from './runtimes.ts';

type Name = FetchRuntime['name'];

const EVERYWHERE: readonly Name[] = ['node', 'bun', 'deno'];

const ofUpstream = is('upstream', 'field');
const ofClient = is('client', 'field');
const isHead = ({ exchange }: Exchange) => exchange.request.startsWith('HEAD ');

/** Fields that fetch adds where the client sent none. */
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

/** The port that a request names, as servers make its URL of the target or of Host. */
function portIn(request: string): string {
  const named = /^\S+ http:\/\/([^/? ]*)/.exec(request) ?? /^host: *(\S*)/im.exec(request);
  return /:(\d+)$/.exec(named?.[1] ?? '')?.[1] ?? '80';
}

/** Differences on the wire that each runtime's fetch, or the server in front of it, makes, and why. */
const RULES: readonly (Omit<Rule, 'on'> & { readonly on: readonly Name[] })[] = [
  {
    name: "Host is the node's own: fetch takes it from the URL",
    on: ['node', 'deno'],
    accepts: (difference, { upstream }) =>
      is('upstream', 'field', 'host')(difference) && difference.through.join() === upstream.node,
  },
  {
    name: 'a web Request does not have the socket: the port is the one in its URL',
    on: EVERYWHERE,
    accepts: (difference, { exchange }) =>
      is('upstream', 'field', 'x-forwarded-port')(difference) &&
      difference.through.join() === portIn(exchange.request),
  },
  {
    name: "nor the client's address: X-Real-IP is not written",
    on: EVERYWHERE,
    accepts: (difference) => is('upstream', 'field', 'x-real-ip')(difference) && isGone(difference),
  },
  {
    name: 'nor the authority in a target: only Host says what host a request is for',
    on: EVERYWHERE,
    accepts: (difference, { exchange }) =>
      is('upstream', 'field', 'x-forwarded-host')(difference) &&
      /^\S+ http:/.test(exchange.request),
  },
  {
    name: 'fetch adds the fields of a browser',
    on: EVERYWHERE,
    accepts: (difference) =>
      ofUpstream(difference) &&
      difference.direct.length === 0 &&
      ADDED[difference.name]?.test(difference.through.join()) === true,
  },
  {
    name: 'fetch adds its mode',
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
    name: 'fetch says whether it keeps its connection',
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
    name: 'field bytes above 127 are encoded as UTF-8 again',
    on: ['node'],
    accepts: (difference) =>
      ofClient(difference) && difference.through.join() === asUtf8(difference.direct.join()),
  },
  {
    name: 'a folded field is unfolded (RFC 9112 section 5.2)',
    on: ['node'],
    accepts: (difference, { exchange }) =>
      ofClient(difference) &&
      /\r\n[ \t]/.test(exchange.response.segments.join('')) &&
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
    name: "the server replaces the upstream's reason phrase",
    on: EVERYWHERE,
    accepts: ({ what }) => what === 'reason',
  },
  {
    name: 'the server responds to Expect: 100-continue before the upstream has the request',
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
    name: 'a response is decoded, and so framed differently',
    on: EVERYWHERE,
    accepts: (difference, exchange) =>
      difference.side === 'client' &&
      (difference.what === 'body' ||
        difference.what === 'framing' ||
        difference.name === 'content-encoding') &&
      isDecoded(exchange),
  },
  {
    name: 'a request that announces no body gets an empty one (Fetch standard)',
    on: EVERYWHERE,
    accepts: (difference, { pair }) =>
      is('upstream', 'framing')(difference) &&
      pair.through.request?.body === '' &&
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
    name: 'a stream is sent chunked, although its length is known',
    on: ['bun', 'deno'],
    accepts: (difference) =>
      difference.what === 'framing' &&
      (difference.name === 'content-length'
        ? isGone(difference)
        : difference.direct.length === 0 && difference.through.join() === 'chunked'),
  },
  {
    name: 'the response to HEAD has a length of 0',
    on: ['bun', 'deno'],
    accepts: (difference, exchange) =>
      isHead(exchange) &&
      is('client', 'framing', 'content-length')(difference) &&
      difference.through.join() === '0',
  },
  {
    name: 'HTTP/1.0 gets a response of HTTP/1.0',
    on: ['deno'],
    accepts: ({ side, what, through }) =>
      side === 'client' && what === 'version' && through.join() === 'HTTP/1.0',
  },
  {
    name: 'the URL parser escapes characters (URL standard)',
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
    name: 'the URL parser of the server turns a backslash into a slash, and two leading slashes into one',
    on: ['bun'],
    accepts: (difference) =>
      is('upstream', 'target')(difference) &&
      difference.through.join() ===
        difference.direct.join().replaceAll('\\', '/').replace(/^\/\//, '/'),
  },
  {
    name: 'bytes of a target that are not UTF-8 are replaced',
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
