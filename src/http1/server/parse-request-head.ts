import { isAuthority } from '../../http/authority.ts';
import { fieldNames, type HeaderList, trimmed } from '../../http/fields.ts';
import { quoted } from '../../http/quoted.ts';
import { originForm } from '../../http/target.ts';
import { RequestRefusal } from '../errors.ts';
import { isPersistent } from '../fields.ts';
import { requestFraming, type RequestFraming } from '../framing.ts';
import { MAX_FIELDS, REQUEST_LINE_LIMIT_BYTES } from './limits.ts';

/** The head of a request. Fields are as received, except for Host (see `authority`). */
export interface RequestHead {
  readonly method: string;
  /** In origin form, or `*`. */
  readonly target: string;
  readonly http11: boolean;
  readonly headers: HeaderList;
  /** Authority of a target in absolute form, else Host; `''` without both. Host in `headers` has the same value. */
  readonly authority: string;
  readonly framing: RequestFraming;
  /** Whether the client wants the connection to carry another request. */
  readonly keepAlive: boolean;
  /** Whether the client waits for a 100 before it sends the body (RFC 9110 section 10.1.1). */
  readonly expectsContinue: boolean;
}

/** The fields that the listener interprets. */
const nameOf = fieldNames(['host', 'content-length', 'transfer-encoding', 'connection', 'expect']);

/**
 * Parses the head of a request. `text` may go on behind the head: cutting the head out first would cost a string.
 *
 * @param text begins with a head that matches the grammar, one character per byte
 * @param end offset of the first `\r\n\r\n`
 * @throws RequestRefusal
 */
export function parseRequestHead(
  text: string,
  end: number,
  maxRequestLineBytes: number = REQUEST_LINE_LIMIT_BYTES,
): RequestHead {
  const requestLineEnd = text.indexOf('\r\n');
  if (requestLineEnd > maxRequestLineBytes) throw tooLongLine(maxRequestLineBytes);
  const methodEnd = text.indexOf(' ');
  const http11 = text.charCodeAt(requestLineEnd - 1) === 0x31;
  const headers: HeaderList = [];
  let host: string | null = null;
  let hostAt = -1;
  let length: string | null = null;
  let coding: string | null = null;
  let connection: string | undefined;
  let expect: string | null = null;

  for (let start = requestLineEnd + 2, lineEnd; start < end; start = lineEnd + 2) {
    lineEnd = text.indexOf('\r\n', start);
    const colon = text.indexOf(':', start);
    const value = trimmed(text, colon + 1, lineEnd);
    if (headers.push(text.slice(start, colon), value) > 2 * MAX_FIELDS) throw tooManyFields();
    switch (nameOf(text, start, colon)) {
      case 'host':
        host = only(host, value, 'Host');
        hostAt = headers.length - 1;
        break;
      case 'content-length':
        length = only(length, value, 'Content-Length');
        break;
      case 'transfer-encoding':
        coding = coding === null ? value : `${coding}, ${value}`;
        break;
      case 'connection':
        connection = connection === undefined ? value : `${connection}, ${value}`;
        break;
      case 'expect':
        expect = expect === null ? value : `${expect}, ${value}`;
    }
  }

  const method = text.slice(0, methodEnd);
  // Routes choose the target of a request, so a client cannot ask for a tunnel to one.
  if (method === 'CONNECT') throw new RequestRefusal(501, 'CONNECT');
  const target = text.slice(methodEnd + 1, requestLineEnd - 9);
  const authority = authorityOf(target, host, http11);
  if (authority !== (host ?? '')) setHost(headers, hostAt, authority);
  return {
    method,
    target: originForm(target),
    http11,
    headers,
    authority,
    framing: requestFraming(length, coding, http11),
    keepAlive: isPersistent(http11, connection),
    expectsContinue: expect !== null && http11 && isContinue(expect),
  };
}

/** Sets Host to the authority of the target, so that no server behind us uses another (RFC 9112 section 3.2.2). */
function setHost(headers: HeaderList, at: number, authority: string): void {
  if (at === -1) headers.unshift('Host', authority);
  else headers[at] = authority;
}

/** Refuses a second field, even with the same value: some hop before us may have read the other one. */
function only(before: string | null, value: string, name: string): string {
  if (before !== null) throw new RequestRefusal(400, `${name} twice`);
  return value;
}

/** @throws RequestRefusal with 417 for any other expectation (RFC 9110 section 10.1.1) */
function isContinue(expect: string): boolean {
  if (expect.toLowerCase() === '100-continue') return true;
  throw new RequestRefusal(417, `an expectation that cannot be met: ${quoted(expect)}`);
}

export function tooLongLine(maxBytes: number): RequestRefusal {
  return new RequestRefusal(414, `a request line over ${maxBytes} bytes`);
}

export function tooManyFields(): RequestRefusal {
  return new RequestRefusal(431, 'too many fields');
}

/** A target in absolute form. The grammar has checked the rest. */
const ABSOLUTE_FORM = /^(https?):\/\/([^/?#]*)/i;

/** Hosts that need no further check, in a URL either: names of plain words, and the loopback address. */
const PLAIN_HOST = /^(?:[a-z]\w*(?:\.[a-z]\w*)*|127\.0\.0\.1)(?::\d{1,4})?$/i;

/**
 * The host and port that a request is for: the authority of a target in absolute form, whatever Host says, else Host
 * (RFC 9112 section 3.2.2); `''` without both.
 *
 * @param host value of Host; checked even where the target overrides it
 * @throws RequestRefusal if it is missing, or two parsers may read it differently
 */
export function authorityOf(target: string, host: string | null, http11: boolean): string {
  const fromHost = checkedHost(host, http11);
  const absolute = ABSOLUTE_FORM.exec(target);
  return absolute === null ? fromHost : checkedAuthority(absolute[1]!, absolute[2]!);
}

function checkedAuthority(scheme: string, authority: string): string {
  // A request for an https resource must not be served without TLS (RFC 9110 section 7.4).
  if (scheme.length === 5) throw new RequestRefusal(421, 'a target of https on a port without TLS');
  // An http URI must have a host (RFC 9110 section 4.2.1) and no user (section 4.2.4).
  if (authority === '' || authority.startsWith(':') || !isAuthority(authority))
    throw new RequestRefusal(400, `not an authority: ${quoted(authority)}`);
  return authority;
}

/** @throws RequestRefusal if HTTP/1.1 has no Host, or Host is not a valid host and port (RFC 9112 section 3.2) */
function checkedHost(host: string | null, http11: boolean): string {
  if (host === null) {
    if (http11) throw new RequestRefusal(400, 'no Host');
    return '';
  }
  if (!PLAIN_HOST.test(host) && !isAuthority(host))
    throw new RequestRefusal(400, `not a host: ${quoted(host)}`);
  return host;
}

/** `host`, or `invalid` if no URL can hold it: `1.2.3.4.5` is a name in Host, but a bad address in a URL. */
export function urlHost(host: string): string {
  return PLAIN_HOST.test(host) || URL.canParse(`http://${host}`) ? host : 'invalid';
}
