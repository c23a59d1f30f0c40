import { members } from '../http/fields.ts';
import { quoted } from '../http/quoted.ts';
import { ProtocolError, RequestRefusal } from './errors.ts';

/** How a body is delimited (RFC 9112 section 6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** Until the connection is closed. */
  | { readonly kind: 'close' }
  /** No body: the head is followed by another protocol (RFC 9110 section 15.2.2). */
  | { readonly kind: 'upgraded' };

/** Framings of requests: a request without Content-Length and Transfer-Encoding has no body. */
export type RequestFraming = Extract<Framing, { readonly kind: 'none' | 'length' | 'chunked' }>;

/** The facts of a request that the framing of its response depends on. */
export interface RequestBasics {
  readonly method: string;
  readonly http11: boolean;
}

export const UPGRADED: Framing = { kind: 'upgraded' };
const NO_BODY = { kind: 'none' } as const;
const CHUNKED = { kind: 'chunked' } as const;
const UNTIL_CLOSE = { kind: 'close' } as const;

/**
 * The framing of a received request. Refuses what two parsers could read differently: that is how a second request is
 * smuggled past the first parser (RFC 9112 section 11.2).
 *
 * @param length value of Content-Length
 * @param coding value of Transfer-Encoding, joined by commas
 * @throws RequestRefusal with 400, or 501 for a coding other than `chunked`
 */
export function requestFraming(
  length: string | null,
  coding: string | null,
  http11: boolean,
): RequestFraming {
  if (coding !== null) return codedFraming(coding, length, http11);
  if (length === null) return NO_BODY;
  if (!/^\d{1,15}$/.test(length)) throw new RequestRefusal(400, `not a length: ${quoted(length)}`);
  const bytes = Number(length);
  return bytes === 0 ? NO_BODY : { kind: 'length', length: bytes };
}

function codedFraming(coding: string, length: string | null, http11: boolean): RequestFraming {
  if (length !== null) throw new RequestRefusal(400, 'a length beside a transfer coding');
  // HTTP/1.0 has no transfer codings: a hop before us may have ignored it and framed differently (section 6.1).
  if (!http11) throw new RequestRefusal(400, 'a transfer coding in HTTP/1.0');
  if (coding.toLowerCase() === 'chunked') return CHUNKED;
  const misplaced = members(coding.toLowerCase()).slice(0, -1).includes('chunked');
  throw new RequestRefusal(misplaced ? 400 : 501, `a transfer coding: ${quoted(coding)}`);
}

/**
 * The framing of a received response.
 *
 * @param method method of the request
 * @param bytes value of Content-Length
 * @param coding value of Transfer-Encoding, but `null` for `identity`, which means no coding (RFC 2616 section 3.6)
 * @throws ProtocolError for a coding other than `chunked`: we send no TE that allows one
 */
export function responseFraming(
  status: number,
  method: string,
  bytes: number | null,
  coding: string | null,
): Framing {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return NO_BODY;
  if (coding !== null) {
    if (coding.toLowerCase() === 'chunked') return CHUNKED;
    throw new ProtocolError(`a transfer coding that nobody asked for: ${quoted(coding)}`);
  }
  if (bytes === null) return UNTIL_CLOSE;
  return bytes === 0 ? NO_BODY : { kind: 'length', length: bytes };
}

/** The framing of a response to a client. */
export function outgoingFraming(
  response: { readonly status: number; readonly length: number | null; readonly body: unknown },
  { method, http11 }: RequestBasics,
): Framing {
  const { status, length } = response;
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return NO_BODY;
  if (length !== null) return { kind: 'length', length };
  if (response.body === null) return { kind: 'length', length: 0 };
  return http11 ? CHUNKED : UNTIL_CLOSE;
}
