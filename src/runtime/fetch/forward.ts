import { isHopByHop, lengthOf, mayHaveLength, nominated } from '../../http/fields.ts';
import type { Outbound } from '../../http/messages.ts';
import { type Forward, TransportError } from '../../http/transport.ts';
import type { Dialect } from './dialect.ts';
import { startFetch } from './call.ts';

/** Statuses for which the constructor of `Response` rejects a body (Fetch standard, null body status). */
const NULL_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** Forwards requests with the runtime's own fetch. */
export function fetchForward(dialect: Dialect): Forward {
  return (request) =>
    startFetch(dialect, request, (response) => rebuild(dialect, response, request));
}

/** A response of fetch is immutable: makes one for the client with the same status and body, and filtered fields. */
function rebuild(dialect: Dialect, response: Response, request: Outbound): Response {
  // It holds the upstream's end of the WebSocket, which only the platform can access.
  if (request.upgrade && response.status === 101) return response;
  // Deno's fetch returns a 101 without a request to upgrade, and its server would forward it.
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

/** Normalizes Content-Length: an invalid one is never forwarded (RFC 9110 section 8.6), nor one the status forbids. */
function keepLength(headers: Headers, status: number, length: string): void {
  const bytes = lengthOf(length);
  if (!mayHaveLength(status)) headers.delete('content-length');
  else if (bytes === null) throw new TransportError('protocol', 'a Content-Length that is none');
  else headers.set('content-length', String(bytes));
}
