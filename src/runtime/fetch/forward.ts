import { isHopByHop, lengthOf, mayHaveLength, nominated } from '../../http/fields.ts';
import type { Outbound } from '../../http/messages.ts';
import { type Forward, TransportError } from '../../http/transport.ts';
import type { Dialect } from './dialect.ts';
import { startFetch } from './call.ts';

/** Statuses that `Response` refuses to build with a body (Fetch standard, null body status). */
const NULL_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** Forwarding through the runtime's own fetch. */
export function fetchForward(dialect: Dialect): Forward {
  return (request) =>
    startFetch(dialect, request, (response) => rebuild(dialect, response, request));
}

/** A fetch answer cannot be changed, so the client gets one of the same status, fields and stream. */
function rebuild(dialect: Dialect, response: Response, request: Outbound): Response {
  // The other end of a WebSocket is in there, where only the platform can get at it.
  if (request.upgrade && response.status === 101) return response;
  // Deno's fetch shows one that nobody asked for, and its server would pass it on.
  if (response.status === 101) throw new TransportError('protocol', 'a 101 that nobody asked for');
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const name of nominated(headers.get('connection') ?? undefined) ?? []) headers.delete(name);
  for (const name of response.headers.keys()) if (isHopByHop(name)) headers.delete(name);
  const coding = headers.get('content-encoding');
  if (coding !== null && dialect.decodes(coding.toLowerCase(), request)) {
    headers.delete('content-encoding');
    headers.delete('content-length');
  }
  const length = headers.get('content-length');
  if (length !== null) keepLength(headers, status, length);
  const body = NULL_BODY.has(status) ? null : response.body;
  return new Response(body, {
    ...dialect.responseInit,
    status,
    statusText,
    headers,
  } as ResponseInit);
}

/** What is no length is never passed on (RFC 9110 section 8.6), and none where none may stand. */
function keepLength(headers: Headers, status: number, length: string): void {
  const bytes = lengthOf(length);
  if (!mayHaveLength(status)) headers.delete('content-length');
  else if (bytes === null) throw new TransportError('protocol', 'a Content-Length that is none');
  else headers.set('content-length', String(bytes));
}
