import { isHopByHop, nominated } from '../../http/fields.ts';
import type { Outbound } from '../../http/messages.ts';
import type { Dialect } from './dialect.ts';

/** The fields of a response that may be passed on. Without those of a coding that fetch has removed from the body. */
export function passedFields(dialect: Dialect, response: Response, request: Outbound): Headers {
  const headers = new Headers(response.headers);
  for (const name of nominated(headers.get('connection') ?? undefined) ?? []) headers.delete(name);
  for (const name of response.headers.keys()) if (isHopByHop(name)) headers.delete(name);
  const coding = headers.get('content-encoding');
  if (coding !== null && dialect.decodes(coding.toLowerCase(), request)) {
    headers.delete('content-encoding');
    headers.delete('content-length');
  }
  return headers;
}
