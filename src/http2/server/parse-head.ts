import { fieldNames, hasMember, type HeaderList } from '../../http/fields.ts';
import { quoted } from '../../http/quoted.ts';
import { originForm } from '../../http/target.ts';
import { RequestRefusal } from '../../http1/errors.ts';
import { requestFraming } from '../../http1/framing.ts';
import { type HeadLimits, MAX_FIELDS } from '../../http1/server/limits.ts';
import {
  authorityOf,
  type RequestHead,
  tooLongLine,
} from '../../http1/server/parse-request-head.ts';

/** Fields of one connection, which HTTP/2 does not have (RFC 9113 section 8.2.2). */
const CONNECTION_SPECIFIC: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
];

const nameOf = fieldNames([
  ...CONNECTION_SPECIFIC,
  'host',
  'content-length',
  'cookie',
  'expect',
  'te',
]);

const METHOD = /^[!#$%&'*+\-.^_`|~\w]+$/;

/** In origin form, or `*`. The bytes are those that HTTP/1.1 may have. */
const TARGET = /^(?:\/[\x21-\x7e\x80-\xff]*|\*)$/;

/** A token without capitals (RFC 9113 section 8.2.1). */
const NAME = /^[!#$%&'*+\-.^_`|~\da-z]+$/;

/** No control characters but tabs, and no white space around it (RFC 9113 section 8.2.1). */
const VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

/** Bytes that HTTP/1.1 takes for each field beside name and value: `: ` and the end of the line. */
const LINE_BYTES = 4;

/** The pseudo-fields of a request (RFC 9113 section 8.3.1). */
interface Pseudo {
  ':method'?: string;
  ':scheme'?: string;
  ':authority'?: string;
  ':path'?: string;
}

/**
 * The head of a request from its fields. Names stay in lower case, as they came; Host comes first, from `:authority`;
 * pieces of Cookie are joined (RFC 9113 section 8.2.3).
 *
 * @param raw name, value, name, value, one character per byte
 * @param endStream true if no body follows
 * @throws RequestRefusal
 */
export function parseHead(
  raw: readonly string[],
  endStream: boolean,
  limits: HeadLimits,
): RequestHead {
  const pseudo: Pseudo = {};
  const headers: HeaderList = [];
  let host: string | null = null;
  let length: string | null = null;
  let expect: string | null = null;
  let cookieAt = -1;
  let bytes = 0;

  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    bytes += name.length + value.length + LINE_BYTES;
    if (bytes > limits.head) throw new RequestRefusal(431, `a head over ${limits.head} bytes`);
    if (name.startsWith(':')) {
      addPseudo(pseudo, name, value, headers.length > 0 || host !== null);
      continue;
    }
    if (!NAME.test(name) || !VALUE.test(value)) throw malformed(`a field ${quoted(name)}`);
    switch (nameOf(name)) {
      case '':
        break;
      case 'host':
        if (host !== null) throw malformed('Host twice');
        host = value;
        continue;
      case 'content-length':
        if (length !== null) throw malformed('Content-Length twice');
        length = value;
        break;
      case 'cookie':
        if (cookieAt === -1) {
          cookieAt = headers.length + 1;
          break;
        }
        headers[cookieAt] += `; ${value}`;
        continue;
      case 'expect':
        expect = expect === null ? value : `${expect}, ${value}`;
        break;
      case 'te':
        if (value.toLowerCase() !== 'trailers') throw malformed(`TE: ${quoted(value)}`);
        break;
      default:
        throw malformed(`a field of HTTP/1.1 connections: ${name}`);
    }
    if (headers.push(name, value) > 2 * MAX_FIELDS)
      throw new RequestRefusal(431, 'too many fields');
  }
  const { method, target, authority } = requestLine(pseudo, host, limits);
  headers.unshift('host', authority);
  return {
    method,
    target,
    http11: true,
    headers,
    authority,
    framing: framingOf(length, endStream),
    keepAlive: true,
    expectsContinue: expect !== null && isContinue(expect),
  };
}

function malformed(what: string): RequestRefusal {
  return new RequestRefusal(400, `malformed HTTP/2: ${what}`);
}

function addPseudo(pseudo: Pseudo, name: string, value: string, isLate: boolean): void {
  const isKnown =
    name === ':method' || name === ':scheme' || name === ':authority' || name === ':path';
  if (!isKnown || isLate || pseudo[name] !== undefined) throw malformed(`a field ${quoted(name)}`);
  pseudo[name] = value;
}

/**
 * What HTTP/1.1 says in its first line and in Host.
 *
 * `:scheme` says how the client reached whoever is in front of us, and may differ from our connection; it is not used.
 */
function requestLine(
  { ':method': method, ':scheme': scheme, ':authority': authority, ':path': path }: Pseudo,
  host: string | null,
  { requestLine: maxBytes }: HeadLimits,
): { method: string; target: string; authority: string } {
  // Routes choose the target of a request, so a client cannot ask for a tunnel to one.
  if (method === 'CONNECT') throw new RequestRefusal(501, 'CONNECT');
  if (method === undefined || !METHOD.test(method)) throw malformed('no method');
  if (path !== undefined && method.length + path.length > maxBytes) throw tooLongLine(maxBytes);
  if (path === undefined || !TARGET.test(path)) throw malformed(`:path ${quoted(path ?? '')}`);
  if (scheme === undefined) throw malformed('no :scheme');
  // RFC 9113 section 8.3.1: they name the same host, or one of two servers is misled.
  if (authority !== undefined && host !== null && authority.toLowerCase() !== host.toLowerCase())
    throw malformed('Host differs from :authority');
  return {
    method,
    target: originForm(path),
    authority: authorityOf(path, authority ?? host, true),
  };
}

function framingOf(length: string | null, endStream: boolean): RequestHead['framing'] {
  const framing = requestFraming(length, null, true);
  if (!endStream) return length === null ? { kind: 'chunked' } : framing;
  if (framing.kind === 'length') throw malformed('a length without a body');
  return framing;
}

/** @throws RequestRefusal with 417 for any other expectation (RFC 9110 section 10.1.1) */
function isContinue(expect: string): boolean {
  if (hasMember(expect, '100-continue') && !expect.includes(',')) return true;
  throw new RequestRefusal(417, `an expectation that cannot be met: ${quoted(expect)}`);
}
