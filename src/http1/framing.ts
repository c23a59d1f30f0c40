import { members } from '../http/fields.ts';
import { quoted } from '../http/quoted.ts';
import { ProtocolError, RequestRefusal } from './errors.ts';

/** How a body is delimited (RFC 9112 section 6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** Nothing says where it ends: when the connection does. */
  | { readonly kind: 'close' }
  /** None: what follows is another protocol (RFC 9110 section 15.2.2). */
  | { readonly kind: 'upgraded' };

/** A request that does not say how its body is delimited has none. */
export type RequestFraming = Extract<Framing, { readonly kind: 'none' | 'length' | 'chunked' }>;

/** What a response's framing depends on of its request. */
export interface Asked {
  readonly method: string;
  readonly http11: boolean;
}

export const UPGRADED: Framing = { kind: 'upgraded' };
const NO_BODY = { kind: 'none' } as const;
const CHUNKED = { kind: 'chunked' } as const;
const UNTIL_CLOSE = { kind: 'close' } as const;

/**
 * Where the body of a received request ends. Whatever two readers could understand differently is refused:
 * that is how a second request is smuggled past the first reader (RFC 9112 section 11.2).
 *
 * @param length its Content-Length
 * @param coding its Transfer-Encoding
 * @throws RequestRefusal
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
  // HTTP/1.0 knows no transfer codings: somebody on the way did not understand (section 6.1).
  if (!http11) throw new RequestRefusal(400, 'a transfer coding in HTTP/1.0');
  if (coding.toLowerCase() === 'chunked') return CHUNKED;
  const misplaced = members(coding.toLowerCase()).slice(0, -1).includes('chunked');
  throw new RequestRefusal(misplaced ? 400 : 501, `a transfer coding: ${quoted(coding)}`);
}

/**
 * Where the body of a received response ends.
 *
 * @param method of the request
 * @param bytes its Content-Length
 * @param coding its Transfer-Encoding, less `identity`, which is none (RFC 2616 section 3.6). We ask for no
 * coding, so that any but `chunked` is an error
 * @throws ProtocolError
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

/** How the body of a response to a client is delimited. */
export function outgoingFraming(
  response: { readonly status: number; readonly length: number | null; readonly body: unknown },
  { method, http11 }: Asked,
): Framing {
  const { status, length } = response;
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return NO_BODY;
  if (length !== null) return { kind: 'length', length };
  if (response.body === null) return { kind: 'length', length: 0 };
  return http11 ? CHUNKED : UNTIL_CLOSE;
}
