import { type FailureKind, TransportError } from '../../http/transport.ts';
import { transportError } from '../../http1/client/failure.ts';

const NO_ERROR = 0;
/** The server has done nothing about the request (RFC 9113 section 8.7). */
const REFUSED_STREAM = 7;
const CANCEL = 8;

/** Error codes of RFC 9113 section 7 that say that one of the two violated HTTP/2. All others count as `reset`. */
const VIOLATIONS: ReadonlySet<number> = new Set([1, 3, 4, 5, 6, 9]);

/** Errors of node:http2 about what the server sent. */
const VIOLATION = /protocol|frame.size|flow.control|compression|preface/i;

/**
 * What became of a stream that the server, or node:http2 because of it, has ended with an error code.
 *
 * @param error what node:http2 says of the stream, or what has ended the connection: then the code says little
 */
export function streamFailure(code: number, error: unknown): TransportError {
  if (error instanceof TransportError) return code === REFUSED_STREAM ? error.asUnsent() : error;
  if (code === NO_ERROR || code === CANCEL) {
    if (error instanceof Error) return sessionFailure(error);
    return new TransportError('reset', 'the server ended the stream without a response');
  }
  const kind: FailureKind = VIOLATIONS.has(code) ? 'protocol' : 'reset';
  const message = `the server ended the stream with error code ${code}`;
  return new TransportError(kind, message, error, code === REFUSED_STREAM);
}

/** What ended a connection that node:http2 has ended with an error code of RFC 9113 section 7. */
export function violation(code: number): TransportError {
  return new TransportError('protocol', `what the server sent is not HTTP/2: error code ${code}`);
}

/** What ended a connection. */
export function sessionFailure(error: unknown): TransportError {
  const failure = transportError(error);
  if (failure.kind !== 'reset' || !VIOLATION.test(failure.message)) return failure;
  return new TransportError('protocol', failure.message, error);
}
