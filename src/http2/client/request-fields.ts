import type { Outbound } from '../../http/messages.ts';
import { type Fields, fieldsOf } from '../fields.ts';

/**
 * The fields of a request, with the pseudo-fields that stand for its first line and Host (RFC 9113 section 8.3.1). Any
 * response may have trailers, which a server of gRPC wants to be told.
 */
export function requestFields({ method, target, headers, body, destination }: Outbound): Fields {
  const { host, 'content-length': length, ...fields } = fieldsOf(headers);
  const known = body instanceof Uint8Array ? String(body.byteLength) : length;
  return {
    ':method': method,
    ':scheme': destination.origin.startsWith('grpcs:') ? 'https' : 'http',
    ...(host !== undefined && { ':authority': host }),
    ':path': target,
    ...fields,
    te: 'trailers',
    ...(length !== undefined && known !== undefined && { 'content-length': known }),
  };
}
