import { members } from '../http/fields.ts';
import { quoted } from '../http/quoted.ts';
import { RequestRefusal } from './errors.ts';

/** Where a body ends (RFC 9112 section 6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** Nothing says where it ends: when the connection does. */
  | { readonly kind: 'close' }
  /** None: what follows is another protocol (RFC 9110 section 15.2.2). */
  | { readonly kind: 'switched' };

/** How the body of a request is marked; a request without a mark has none (RFC 9112 section 6.3). */
export type RequestFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' };

const NONE: RequestFraming = { kind: 'none' };
const CHUNKED: RequestFraming = { kind: 'chunked' };

/**
 * What Content-Length and Transfer-Encoding say together. Whatever two readers could understand
 * differently is refused: that is how a second request is smuggled past the first reader
 * (RFC 9112 section 11.2).
 *
 * @throws Refusal
 */
export function bodyFraming(
  length: string | null,
  coding: string | null,
  http11: boolean,
): RequestFraming {
  if (coding !== null) return codedFraming(coding, length, http11);
  if (length === null) return NONE;
  if (!/^\d{1,15}$/.test(length)) throw new RequestRefusal(400, `not a length: ${quoted(length)}`);
  const bytes = Number(length);
  return bytes === 0 ? NONE : { kind: 'length', length: bytes };
}

function codedFraming(coding: string, length: string | null, http11: boolean): RequestFraming {
  if (length !== null) throw new RequestRefusal(400, 'a length beside a transfer coding');
  // HTTP/1.0 knows no transfer codings: somebody on the way did not understand (section 6.1).
  if (!http11) throw new RequestRefusal(400, 'a transfer coding in HTTP/1.0');
  if (coding.toLowerCase() === 'chunked') return CHUNKED;
  const misplaced = members(coding.toLowerCase()).slice(0, -1).includes('chunked');
  throw new RequestRefusal(misplaced ? 400 : 501, `a transfer coding: ${quoted(coding)}`);
}
