import { type Checked, type Fault, verdict } from '../config/fault.ts';
import { atLeast, faultsOf, integer, list, map, typed, string, object } from '../config/schema.ts';
import { lazy } from 'valibot';
import { inboundOf, type Trust } from '../request/inbound.ts';
import { isAuthority } from '../http/authority.ts';
import { plainAddress } from '../http/cidr.ts';
import { namesUpgrade } from '../http/websocket.ts';
import { type HeaderList, headerValue, trimmed } from '../http/fields.ts';
import type { Inbound, Received } from '../http/messages.ts';
import { quoted } from '../http/quoted.ts';
import { originForm } from '../http/target.ts';
import { Upload } from '../http/upload.ts';

/** The request to explain. */
export interface Question {
  /** A URL with `http://` or `https://`, or a path with an optional query. */
  readonly url: string;
  /** Default `GET`. */
  readonly method?: string;
  /** Values by name; a list is sent as several fields. Default for Host: the URL's host. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Length of the body in bytes. Default 0: no body. */
  readonly body_length?: number;
  /** Address of the client's connection. Default `127.0.0.1`. */
  readonly remote_addr?: string;
}

const ABSOLUTE = /^(https?):\/\/([^/?#]*)/i;
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const token = (what: string) => (text: string) =>
  TOKEN.test(text) ? undefined : `expected ${what}, found ${quoted(text)}`;

const value = string((text) =>
  VALUE.test(text) ? undefined : `expected a header value, found ${quoted(text)}`,
);

const schema = object<Question>(
  {
    url: string(urlFault),
    method: string(token('a method such as GET')),
    headers: map(
      lazy((given) => (Array.isArray(given) ? list(value) : value)),
      token('a header name'),
    ),
    body_length: integer(atLeast(0)),
    remote_addr: typed('string', (given) => typeof given === 'string', addressFault),
  },
  { required: ['url'] },
);

function urlFault(url: string): string | undefined {
  const [whole, , authority = ''] = ABSOLUTE.exec(url) ?? [];
  if (whole === undefined ? url.startsWith('/') : authority !== '' && isAuthority(authority))
    return;
  const missing = url.includes('://')
    ? ''
    : ', which begins with none of "http://", "https://", "/"';
  return `expected a URL such as http://shop.example/cart?x=1 or a path, found ${quoted(url)}${missing}`;
}

function addressFault(address: string): string | undefined {
  if (plainAddress(address) !== null) return;
  return `expected an IP address, found ${quoted(address)}`;
}

/** Checks a question. Never throws. */
export function checkQuestion(asked: unknown): Checked<Question> {
  const faults = faultsOf(schema, asked);
  return verdict(asked, faults.length > 0 ? faults : hostFaults(asked as Question));
}

/** Faults of Host, which a listener would refuse: more than one, or an invalid one. */
function hostFaults({ headers = {} }: Question): Fault[] {
  const fields = Object.keys(headers).filter((name) => name.toLowerCase() === 'host');
  const hosts = fields.flatMap((name) => headers[name]!);
  if (hosts.length <= 1 && hosts.every(isAuthority)) return [];
  const found = hosts.map((host) => quoted(host)).join(' and ');
  return [{ path: ['headers', fields[0]!], message: `expected one host, found ${found}` }];
}

/**
 * Splits lines such as those of curl's `-H`; repeated names are collected in a list. A text says what is wrong.
 *
 * @example splitHeaderLines(['Host: shop.example']) // { Host: ['shop.example'] }
 */
export function splitHeaderLines(lines: readonly string[]): Record<string, string[]> | string {
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) return `expected "name: value", found ${quoted(line)}`;
    const name = line.slice(0, colon);
    headers.set(name, [...(headers.get(name) ?? []), trimmed(line, colon + 1)]);
  }
  return Object.fromEntries(headers);
}

/** The request as the gateway would receive it, without a client connection or body bytes. */
export function requestOf(question: Question, trust: Trust): Inbound {
  const { url, method = 'GET', body_length: length = 0, remote_addr = '127.0.0.1' } = question;
  const [, scheme = 'http', named = 'localhost'] = ABSOLUTE.exec(url) ?? [];
  const headers = fieldsOf(question);
  const authority = headerValue(headers, 'host') ?? named;
  if (headerValue(headers, 'host') === undefined) headers.unshift('Host', authority);
  if (length > 0 && headerValue(headers, 'content-length') === undefined)
    headers.push('Content-Length', String(length));
  const received: Received = {
    method,
    target: originForm(url),
    scheme: scheme.toLowerCase() === 'https' ? 'https' : 'http',
    authority,
    serverPort: Number(/:(\d+)$/.exec(named)?.[1] ?? 0),
    peer: plainAddress(remote_addr)!,
    headers,
    upgradable: namesUpgrade(headers),
    upload: length === 0 ? null : new Upload(NOTHING, length),
    takesTrailers: false,
    onGone() {},
    inform() {},
  };
  return inboundOf(received, trust, () => '');
}

const NOTHING = { read: async () => null, cancel() {} };

function fieldsOf({ headers = {} }: Question): HeaderList {
  return Object.entries(headers).flatMap(([name, given]) =>
    [given].flat().flatMap((text) => [name, text]),
  );
}
