import type { FailureKind } from '../http/transport.ts';

/** Class of the status that a mirror answered with. */
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx';

/** Why a matched request was not copied. */
export type SkipReason =
  | 'filtered'
  | 'sampled_out'
  | 'loop'
  | 'upgrade'
  | 'body_too_large'
  | 'body_incomplete'
  | 'memory_limit'
  | 'in_flight_limit'
  | 'rate_limit'
  | 'breaker_open';

/**
 * What became of one request at one mirror. Every matched request gets exactly one per mirror, so
 * that `requests == sent + failed + skipped`. The reasons are the metric labels, too.
 */
export type Outcome =
  | {
      readonly outcome: 'sent';
      readonly reason: StatusClass;
      /** What the mirror answered: for logs and reports; the class is enough for metrics. */
      readonly status: number;
    }
  | {
      readonly outcome: 'failed';
      readonly reason: FailureKind;
      /** What the runtime said: for logs and reports. */
      readonly detail: string;
    }
  | { readonly outcome: 'skipped'; readonly reason: SkipReason };

/**
 * The class of a status. What is none is to be read as a 5xx (RFC 9110 section 15).
 *
 * @example
 * statusClass(404); // '4xx'
 * statusClass(999); // '5xx'
 */
export function statusClass(status: number): StatusClass {
  if (status < 100 || status > 599) return '5xx';
  return `${Math.floor(status / 100)}xx` as StatusClass;
}
