import { type Extent, FIELD_VALUE, nextBody } from './body.ts';
import { isAuthority } from './authority.ts';
import { isToken, limitEndless, nextFields, nextLine, section, type Text } from './lines.ts';
import { Broken, type Field, type Message, persists, Unfinished, valueOf } from './message.ts';

/** A complete request, read by RFC 9112. */
export interface ReadRequest extends Message {
  /** The target's authority if it has one, else Host. `''`: no host is named. */
  readonly authority: string;
  readonly extent: Extent;
  /** Whether another request may follow on the connection. */
  readonly persists: boolean;
  /** Where its body begins and ends. */
  readonly bodyAt: number;
  readonly end: number;
}

/** All requests of a stream, and how the stream ended. */
export interface Reading {
  readonly requests: readonly ReadRequest[];
  readonly end: 'clean' | 'unfinished' | 'broken';
  /** Why the rest is invalid. */
  readonly why: string;
  /** The head of a request whose body is incomplete or invalid. */
  readonly begun: Head | null;
}

type Head = Pick<ReadRequest, 'line' | 'fields' | 'authority' | 'extent' | 'persists'>;

/** Limits in bytes of a request line and of a head, and the number of fields. */
export interface Limits {
  readonly line: number;
  readonly head: number;
  readonly fields: number;
}

/** The limits in docs/limits.md. */
const LIMITS: Limits = { line: 8 * 1024, head: 32 * 1024, fields: 200 };

/** Reads all requests of a stream; bytes after a request that ends the connection are ignored. */
export function readRequests(bytes: string, limits: Limits = LIMITS): Reading {
  const text: Text = { bytes, at: 0 };
  const requests: ReadRequest[] = [];
  let begun: Head | null = null;
  try {
    while (text.at < bytes.length) {
      begun = null;
      begun = nextHead(text, limits);
      const bodyAt = text.at;
      const { body, trailers } = nextBody(text, begun.extent, STRICT);
      requests.push({ ...begun, body, trailers, bodyAt, end: text.at });
      begun = null;
      if (!requests.at(-1)!.persists) break;
    }
    return { requests, end: 'clean', why: '', begun: null };
  } catch (error) {
    if (error instanceof Unfinished)
      return { requests, end: 'unfinished', why: error.message, begun };
    if (!(error instanceof Broken)) throw error;
    return { requests, end: 'broken', why: error.message, begun };
  }
}

const STRICT = { bareLf: false, mends: false };

function nextHead(text: Text, limits: Limits): Head {
  // One empty line before a request is accepted (section 2.2).
  if (text.bytes.startsWith('\r\n', text.at)) text.at += 2;
  const start = text.at;
  const lineEnd = text.bytes.indexOf('\r\n', start);
  if ((lineEnd === -1 ? text.bytes.length : lineEnd) - start > limits.line)
    throw new Broken('a long line');
  limitEndless(text, limits.head);
  const [line, fields] = section(text, () => [
    requestLine(nextLine(text, STRICT)),
    nextFields(text, { ...STRICT, fields: limits.fields }, FIELD_VALUE),
  ]);
  if (text.at - start > limits.head + 4) throw new Broken('a long head');
  const [method, target, version] = line;
  if (method === 'CONNECT') throw new Broken('CONNECT');
  const expect = valueOf(fields, 'expect');
  if (version === 'HTTP/1.1' && expect !== null && expect.toLowerCase() !== '100-continue')
    throw new Broken('an expectation that cannot be met');
  return {
    line,
    fields,
    authority: authorityOf(target, fields, version),
    extent: extentOf(fields, version),
    persists: persists(version, fields),
  };
}

/** method SP request-target SP HTTP-version (section 3), for the versions that we support. */
function requestLine(line: string): readonly [string, string, string] {
  const [method = '', target = '', version = '', ...more] = line.split(' ');
  if (more.length > 0 || !isToken(method)) throw new Broken('no request line');
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') throw new Broken('another version');
  if (!/^[\x21-\x7e\x80-\xff]+$/.test(target))
    throw new Broken('a target with a space or control character');
  return [method, target, version];
}

/** Section 3.2: Host exactly once, required in HTTP/1.1; an authority in the target takes precedence. */
function authorityOf(target: string, fields: readonly Field[], version: string): string {
  const hosts = fields.filter(([name]) => name.toLowerCase() === 'host').map(([, value]) => value);
  if (hosts.length > 1) throw new Broken('two Hosts');
  const [host] = hosts;
  if (host === undefined && version === 'HTTP/1.1') throw new Broken('no Host');
  if (host !== undefined && !isAuthority(host)) throw new Broken('a Host that is none');
  if (target.startsWith('/') || target === '*') return host ?? '';
  const [, scheme, authority] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)/i.exec(target) ?? [];
  if (scheme === undefined) throw new Broken('a target of no form');
  // A connection without TLS is not authoritative for https (RFC 9110 section 7.4).
  if (!/^http$/i.test(scheme)) throw new Broken('a target of another scheme');
  if (authority === '' || authority!.startsWith(':') || !isAuthority(authority!))
    throw new Broken('a target without a host');
  return authority!;
}

/** Section 6.3; contradictory length and coding are refused. */
function extentOf(fields: readonly Field[], version: string): Extent {
  const codings = valueOf(fields, 'transfer-encoding');
  const lengths = fields.filter(([name]) => name.toLowerCase() === 'content-length');
  if (codings !== null) {
    if (lengths.length > 0) throw new Broken('a length beside a coding');
    if (version !== 'HTTP/1.1') throw new Broken('a coding in HTTP/1.0');
    // Also without the empty elements that RFC 9110 section 5.6.1 would allow.
    if (codings.toLowerCase() !== 'chunked') throw new Broken('another coding');
    return 'chunked';
  }
  if (lengths.length > 1) throw new Broken('two lengths');
  const length = lengths[0]?.[1] ?? '0';
  if (!/^\d+$/.test(length)) throw new Broken('no length');
  if (length.length > 15) throw new Broken('a length beyond counting');
  return { length: Number(length) };
}
