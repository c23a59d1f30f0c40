import type { StatusClass } from '../http/status.ts';
import type { FailureKind } from '../http/transport.ts';

export type { StatusClass };

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
 * Outcome of a request at a mirror. Each matched request has exactly one per mirror, so that
 * `requests == sent + failed + skipped`. The reasons are also the metric labels.
 */
export type Outcome =
  | {
      readonly outcome: 'sent';
      readonly reason: StatusClass;
      /** The mirror's status, for logs and reports; metrics have the class only. */
      readonly status: number;
    }
  | {
      readonly outcome: 'failed';
      readonly reason: FailureKind;
      /** What went wrong, in the runtime's words or ours, for logs and reports. */
      readonly detail: string;
    }
  | { readonly outcome: 'skipped'; readonly reason: SkipReason };
