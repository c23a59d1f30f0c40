import { type FailureKind, TransportError } from '../../http/transport.ts';
import { ProtocolError } from '../errors.ts';

/** The kinds of errors below HTTP, by code, since messages change: errno names, then OpenSSL's. */
const KIND_OF_CODE: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  EADDRNOTAVAIL: 'connect',
  EACCES: 'connect',
  // This process has no descriptor or memory left for a socket.
  EMFILE: 'connect',
  ENFILE: 'connect',
  ENOBUFS: 'connect',
  ENOMEM: 'connect',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  EPROTO: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
  UNABLE_TO_GET_ISSUER_CERT: 'tls',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls',
  CERT_HAS_EXPIRED: 'tls',
};

/** Used if the exact code is not in the table above. */
const KIND_OF_PREFIX: readonly (readonly [prefix: string, kind: FailureKind])[] = [
  ['ERR_TLS_', 'tls'],
  ['ERR_SSL_', 'tls'],
  ['CERT_', 'tls'],
];

/** Converts an error of a socket, a parser or a look-up to a `TransportError`. Unknown errors count as `reset`. */
export function transportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  if (error instanceof ProtocolError) return new TransportError('protocol', error.message, error);
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return new TransportError(kindOf(code), message || code, error);
}

export function closedByServer(): TransportError {
  return new TransportError('reset', 'the server closed the connection');
}

function kindOf(code: string): FailureKind {
  const exact = KIND_OF_CODE[code];
  if (exact !== undefined) return exact;
  for (const [prefix, kind] of KIND_OF_PREFIX) if (code.startsWith(prefix)) return kind;
  return 'reset';
}

/** The code of an error, or of its first part (an `AggregateError` has none of its own), or of its cause; else `''`. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return 'cause' in error ? codeOf(error.cause) : '';
}
