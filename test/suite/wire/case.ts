import type { Capability } from '../platform.ts';

/** An exchange in bytes; one character stands for one byte. */
export interface Case {
  readonly name: string;
  readonly request: string;
  readonly response: WireResponse;
  /** Left out on runtimes without this capability: there the case would hang, or break the cases after it. */
  readonly needs?: Capability;
}

export interface WireResponse {
  /** Written one by one, each in its own turn of the event loop. */
  readonly segments: readonly string[];
  readonly ends: 'kept' | 'closed' | CutOff;
}

/** The connection breaks once the client has so many bytes of the body, so that no timing is involved. */
export interface CutOff {
  readonly cutAfter: number;
}

interface RequestParts {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  /** Complete lines. */
  readonly fields?: readonly string[];
  readonly body?: string;
}

export const HOST = 'Host: wire.example';

export function request({
  method = 'GET',
  target = '/',
  version = 'HTTP/1.1',
  fields = [],
  body = '',
}: RequestParts = {}): string {
  const lines = [`${method} ${target} ${version}`, ...(fields.some(isHost) ? [] : [HOST])];
  return `${[...lines, ...fields].join('\r\n')}\r\n\r\n${body}`;
}

/** A response in exact bytes. `Connection: close` among its fields closes the connection. */
export function response(
  line: string,
  fields: readonly string[] = [],
  body = '',
  ends: WireResponse['ends'] = fields.includes('Connection: close') ? 'closed' : 'kept',
): WireResponse {
  return { segments: [`${[line, ...fields].join('\r\n')}\r\n\r\n${body}`], ends };
}

/** Fields that some runtimes add if they are missing; used in cases about something else. */
export const USUAL = ['Date: Thu, 01 Jan 2026 00:00:00 GMT', 'Content-Type: text/plain'];

/** 200 with the usual fields and a body of known length. */
export function ok(fields: readonly string[] = [], body = 'ok'): WireResponse {
  return response('HTTP/1.1 200 OK', [...USUAL, ...fields, `Content-Length: ${body.length}`], body);
}

/** A case about the request. */
export function asks(name: string, parts: RequestParts, reply: WireResponse = ok()): Case {
  return { name, request: request(parts), response: reply };
}

/** A case about the response. */
export function gets(name: string, reply: WireResponse, parts: RequestParts = {}): Case {
  return { name, request: request(parts), response: reply };
}

/** Leaves a case out on runtimes without this capability. */
export function needing(needs: Capability, exchange: Case): Case {
  return { ...exchange, needs };
}

/** A chunked body: the chunk sizes are repeated until all of the body is in one. */
export function chunked(body: string, sizes: readonly number[] = [body.length], extension = '') {
  let framed = '';
  for (let at = 0, turn = 0; at < body.length; turn += 1) {
    const data = body.slice(at, at + sizes[turn % sizes.length]!);
    framed += `${data.length.toString(16)}${extension}\r\n${data}\r\n`;
    at += data.length;
  }
  return `${framed}0\r\n\r\n`;
}

/** Bytes of every value, the same in each run. */
export function bytes(length: number): string {
  return Array.from({ length }, (_, i) => String.fromCharCode((i * 7 + (i >> 8)) % 256)).join('');
}

function isHost(line: string): boolean {
  return /^host:/i.test(line);
}
