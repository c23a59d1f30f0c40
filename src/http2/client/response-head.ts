import { STATUS_CODES } from 'node:http';
import { type HeaderList, isHopByHop, lengthOf } from '../../http/fields.ts';
import { quoted } from '../../http/quoted.ts';
import type { ResponseHead } from '../../http1/client/parse-response-head.ts';
import { ProtocolError } from '../../http1/errors.ts';
import type { Framing } from '../../http1/framing.ts';
import { HEAD_LIMIT_BYTES, MAX_FIELDS } from './limits.ts';

/** A token without capitals (RFC 9113 section 8.2.1). */
const NAME = /^[!#$%&'*+\-.^_`|~\da-z]+$/;

/** No control characters but tabs, as in HTTP/1.1. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What node:http2 passes with the fields of a head or of trailers. */
export type Received = readonly [
  fields: Readonly<Record<string, unknown>>,
  flags: number,
  raw?: readonly string[],
];

/**
 * The fields as they came, name, value, name, value, without pseudo-fields and those of HTTP/1.1 connections.
 *
 * @throws ProtocolError if one cannot be passed on, or they are too many
 */
export function fieldList([fields, , raw]: Received): HeaderList {
  const given = Array.isArray(raw) ? (raw as readonly string[]) : flattened(fields);
  const list: HeaderList = [];
  let bytes = 0;
  for (let i = 0; i < given.length; i += 2) {
    const name = given[i]!;
    const value = given[i + 1]!;
    bytes += name.length + value.length;
    if (name.startsWith(':') || isHopByHop(name)) continue;
    if (!NAME.test(name) || !VALUE.test(value)) throw new ProtocolError(`a field ${quoted(name)}`);
    list.push(name, value);
  }
  if (bytes > HEAD_LIMIT_BYTES) throw new ProtocolError(`fields over ${HEAD_LIMIT_BYTES} bytes`);
  if (list.length > 2 * MAX_FIELDS) throw new ProtocolError(`more than ${MAX_FIELDS} fields`);
  return list;
}

function flattened(fields: Received[0]): HeaderList {
  return Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => [name, String(one)]),
  );
}

/**
 * The head of a response as of one over HTTP/1.1, which both listeners can pass on.
 *
 * @param endStream true if no body follows
 * @throws ProtocolError
 */
export function responseHead(received: Received, endStream: boolean): ResponseHead {
  const status = Number(received[0][':status']);
  if (!(status >= 100 && status <= 999) || status === 101)
    throw new ProtocolError(`a status ${quoted(String(received[0][':status']))}`);
  const list = fieldList(received);
  const length = contentLength(list);
  let lines = '';
  for (let i = 0; i < list.length; i += 2) lines += `${list[i]}: ${list[i + 1]}\r\n`;
  return {
    status,
    reason: STATUS_CODES[status] ?? '',
    lines,
    length,
    named: null,
    framing: framingOf(length, endStream),
    keepAlive: true,
    idle: null,
    upgrade: null,
  };
}

function framingOf(length: number | null, endStream: boolean): Framing {
  if (endStream) return { kind: 'none' };
  return length === null ? { kind: 'chunked' } : { kind: 'length', length };
}

function contentLength(list: HeaderList): number | null {
  let length: number | null = null;
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] !== 'content-length') continue;
    const stated = lengthOf(list[i + 1]!);
    if (stated === null || length !== null) throw new ProtocolError('a Content-Length');
    length = stated;
  }
  return length;
}
