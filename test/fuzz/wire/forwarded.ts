import { elements, type Field, type Message, valueOf } from '../read/message.ts';
import type { ReadRequest } from '../read/request.ts';
import { forwarded } from '../read/target.ts';

/** Fields of one connection (RFC 9110 section 7.6.1), and fields that this hop consumes or writes anew. */
const NOT_FORWARDED: ReadonlySet<string> = new Set(
  [
    ['connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade'],
    ['http2-settings'],
    ['content-length', 'expect', 'host'],
    [
      'forwarded',
      'x-real-ip',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-port',
      'x-forwarded-proto',
    ],
  ].flat(),
);

/** Where a request arrives. */
export interface Hop {
  /** Address of the client. */
  readonly address: string;
  /** Port of the gateway. */
  readonly port: number;
  /** The upstream node, for Host where the client names none. */
  readonly node: string;
}

/**
 * The request that an upstream must see. The framing of the body is not part of it: the body is parsed and compared
 * instead.
 */
export function forwardOf(request: ReadRequest, { address, port, node }: Hop): Message {
  const { fields, line, authority, body } = request;
  const named = elements(valueOf(fields, 'connection'));
  const passed = fields.filter(([name]) => {
    const lower = name.toLowerCase();
    // CGI and the like read `X_Real_IP` as X-Real-IP, and some read `X.Real^IP` so as well.
    return !NOT_FORWARDED.has(lower.replace(/[^a-z\d]/g, '-')) && !named.includes(lower);
  });
  const before = valueOf(fields, 'x-forwarded-for');
  const added: Field[] = [
    ['X-Real-IP', address],
    ['X-Forwarded-For', before === null ? address : `${before}, ${address}`],
    ['X-Forwarded-Proto', 'http'],
    ...(authority === '' ? [] : [['X-Forwarded-Host', authority] as const]),
    ['X-Forwarded-Port', String(port)],
  ];
  return {
    line: [line[0], forwarded(line[1]), 'HTTP/1.1'],
    fields: [['Host', authority === '' ? node : authority], ...passed, ...added],
    body,
    trailers: [],
  };
}

const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'te',
  'transfer-encoding',
  'content-length',
]);

/** The request that an upstream or a mirror saw, in the same form; `mark`: the field that only a copy has. */
export function seenOf({ line, fields, body }: Message, mark?: string): Message {
  const own = fields.filter(([name]) => {
    const lower = name.toLowerCase();
    return !FRAMING.has(lower) && lower !== mark;
  });
  return { line, fields: own, body, trailers: [] };
}

/** Equal texts mean equal messages. */
export function textOf(message: Message): string {
  return JSON.stringify([message.line, message.fields, message.body]);
}

/** Fields that must not be in trailers: a recipient may merge them into the head (RFC 9110 section 6.5.1). */
export const NEVER_TRAILERS: RegExp =
  /^(?:content-(?:length|type|encoding|range)|transfer-encoding|te|host|connection|upgrade|trailer|(?:set-)?cookie|authorization|x-api-key|x-real-ip|x-forwarded-.*|forwarded|origin)$/i;
