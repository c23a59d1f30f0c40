import type { CopyEvent } from '../telemetry/events.ts';

/** Why copies fail or are skipped. */
type Reason = Exclude<CopyEvent['outcome'], { readonly outcome: 'sent' }>['reason'];

/** Reasons of outcomes, as they are called in sentences; metrics and logs have their names. */
const WORDS: Readonly<Record<Reason, string>> = {
  connect: 'could not connect',
  dns: 'host not found',
  tls: 'TLS failed',
  timeout: 'timed out',
  reset: 'connection reset',
  protocol: 'not HTTP',
  shutdown: 'gateway stopped',
  filtered: 'filtered out',
  sampled_out: 'not sampled',
  loop: 'a copy itself',
  upgrade: 'WebSocket',
  body_too_large: 'body too large',
  body_incomplete: 'body incomplete',
  memory_limit: 'memory full',
  in_flight_limit: 'too many in flight',
  rate_limit: 'rate limit',
  breaker_open: 'breaker open',
};

/** @example reasonText('sampled_out') // 'not sampled' */
export function reasonText(reason: string): string {
  return Object.hasOwn(WORDS, reason)
    ? WORDS[reason as keyof typeof WORDS]
    : reason.replaceAll('_', ' ');
}
