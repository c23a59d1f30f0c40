import type { Outcome } from '../mirror/outcome.ts';
import type { CopyEvent } from './events.ts';

/** Outcome of a request at a mirror, for hooks and the log. The log omits the query. */
export type CopyReport = Outcome & {
  /** The client's `X-Request-Id`, or an id that the gateway generated. The same as in the request's event. */
  readonly requestId: string;
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  /** Id of the route; `middleware` if there are no routes. */
  readonly route: string;
  /** The configured `host` of the mirror. */
  readonly mirror: string;
  /** Seconds until the response to the copy was drained or cut off; 0 if no copy was sent. */
  readonly seconds: number;
};

export function reportOf({ request, route, mirror, outcome, seconds }: CopyEvent): CopyReport {
  const { id: requestId, method, target } = request;
  return { requestId, method, target, route, mirror, ...outcome, seconds };
}
