import { type Counter, counter } from './prometheus.ts';

/** Counts TLS handshakes of clients that failed. Strangers can bring about any number of them, and of reasons. */
export function failedHandshakes(): Counter {
  return counter(
    'gateway_tls_handshake_failures_total',
    'TLS handshakes of clients that failed.',
    [],
  );
}
