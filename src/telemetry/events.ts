import type { ComparedPair } from '../compare/report/mirror-sums.ts';
import type { Comparison } from '../compare/comparison.ts';
import type { Outcome } from '../mirror/outcome.ts';

/** The request that an event is about. */
export interface RequestFacts {
  /** The client's `X-Request-Id`, or one that the gateway generates on first access. */
  readonly id: string;
  readonly method: string;
  /** Path and query as received; for hooks without the values that mirrors of the route redact. */
  readonly target: string;
}

/** Outcome of a request at a mirror. */
export interface CopyEvent {
  readonly type: 'copy';
  /** Id of the route. */
  readonly route: string;
  /** The configured `host` of the mirror; with its `path` where the route has another one of this host. */
  readonly mirror: string;
  readonly request: RequestFacts;
  readonly outcome: Outcome;
  /** Seconds until the response to the copy was drained or cut off; 0 if no copy was sent. */
  readonly seconds: number;
}

/** Comparison of a mirror's response, or of a baseline's, with the primary's. */
export interface ComparisonEvent {
  readonly type: 'comparison';
  /** `baseline`: two responses of the old version, whose differences are noise. */
  readonly kind: 'mirror' | 'baseline';
  readonly request: RequestFacts;
  readonly pair: ComparedPair;
}

/** An event in the gateway. Metrics, log and hooks are made from these events alone. */
export type GatewayEvent =
  | {
      readonly type: 'request';
      /** Id of the matched route; `''` if no route matched. */
      readonly route: string;
      readonly request: RequestFacts;
      readonly status: number;
      /** Seconds until the response's head. */
      readonly seconds: number;
    }
  | {
      /** No node of the upstream responded; or, on servers, the response broke off after its head, as `error` says. */
      readonly type: 'upstream_failure';
      readonly route: string;
      readonly request: RequestFacts;
      /** Scheme, host and port of the node tried last, which failed with `error`. */
      readonly node: string;
      /** For logs and hooks only: clients must not see it. */
      readonly error: Error;
    }
  | CopyEvent
  | ComparisonEvent
  | {
      /** The store failed to save a write of the admin API. */
      readonly type: 'admin_failure';
      readonly error: Error;
    }
  | { readonly type: 'reload'; readonly result: 'success'; readonly routes: number }
  | {
      readonly type: 'reload';
      readonly result: 'failure';
      readonly error: Error;
      /** Number of routes that stay in force; `null` if none were read yet. */
      readonly routes: number | null;
    };

export type Listener = (event: GatewayEvent) => void;

/** Outcome of a request at a mirror, for hooks and the log. The log omits the query. */
export type CopyReport = Outcome & {
  /** The client's `X-Request-Id`, or an id that the gateway generated. The same as in the request's event. */
  readonly requestId: string;
  readonly method: string;
  /** Path and query as received, without the values that are redacted. */
  readonly target: string;
  /** Id of the route; `middleware` if there are no routes. */
  readonly route: string;
  /** The configured `host` of the mirror; with its `path` where the route has another one of this host. */
  readonly mirror: string;
  /** Seconds until the response to the copy was drained or cut off; 0 if no copy was sent. */
  readonly seconds: number;
};

/** The report of an event: one flat object. */
export function reportOf({ request, route, mirror, outcome, seconds }: CopyEvent): CopyReport {
  const { id: requestId, method, target } = request;
  return { requestId, method, target, route, mirror, ...outcome, seconds };
}

/** How a mirror's response compares with the primary's, for hooks. No secret is in it. */
export type ComparisonReport = Comparison & {
  /** The `X-Request-Id` that the primary and the mirror got. */
  readonly requestId: string;
  readonly method: string;
  /** Path and query as received, without the values that are redacted. */
  readonly target: string;
  /** Id of the route; `middleware` if there are no routes. */
  readonly route: string;
  /** The configured `host` of the mirror; with its `path` where the route has another one of this host. */
  readonly mirror: string;
  /** Status, and seconds to the response's head; `null`: the primary failed. */
  readonly primary: ComparedPair['primary'];
  readonly mirrorResponse: ComparedPair['mirrorResponse'];
};

/** The report of a pair: one flat object. */
export function comparisonReportOf({ pair }: ComparisonEvent): ComparisonReport {
  const { requestId, method, target, route, mirror, primary, mirrorResponse, comparison } = pair;
  return { requestId, method, target, route, mirror, ...comparison, primary, mirrorResponse };
}
