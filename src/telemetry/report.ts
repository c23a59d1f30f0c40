import type { Outcome } from '../mirror/outcome.ts';
import type { CopyEvent } from './events.ts';

/** What became of one request at one mirror: for hooks, and but for the query in the log. */
export type CopyReport = Outcome & {
  /** The client's `X-Request-Id`, or one that the gateway made. The same in the request's event. */
  readonly requestId: string;
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  /** Id of the route; `middleware` where there are none. */
  readonly route: string;
  /** The configured `host`. */
  readonly mirror: string;
  /** Life of the copy, until its answer was drained or dropped; 0 when none was sent. */
  readonly seconds: number;
};

export function reportOf({ request, route, mirror, outcome, seconds }: CopyEvent): CopyReport {
  const { id: requestId, method, target } = request;
  return { requestId, method, target, route, mirror, ...outcome, seconds };
}
