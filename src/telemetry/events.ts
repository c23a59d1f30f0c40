import type { Inbound } from '../http/messages.ts';
import type { Outcome } from '../mirror/outcome.ts';

/** The request that an event is about. Its `id` is made when somebody asks for it. */
export type RequestFacts = Pick<Inbound, 'id' | 'method' | 'target'>;

/** What became of one request at one mirror. */
export interface CopyEvent {
  readonly type: 'copy';
  readonly route: string;
  /** The configured `host`. */
  readonly mirror: string;
  readonly request: RequestFacts;
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** All that the gateway tells about its work. Metrics and log listen to it; nothing else does. */
export type GatewayEvent =
  | {
      readonly type: 'request';
      /** Id of the route that matched; empty when none did. */
      readonly route: string;
      readonly request: RequestFacts;
      readonly status: number;
      /** To the answer's head. */
      readonly seconds: number;
    }
  | {
      /** No upstream answered. `error` is for the log only. */
      readonly type: 'upstream_failure';
      readonly route: string;
      readonly request: RequestFacts;
      /** Scheme, host and port of the node that was tried last: `error` is what it failed with. */
      readonly node: string;
      readonly error: Error;
    }
  | CopyEvent
  | {
      /** A write through the admin API that the store could not take. */
      readonly type: 'admin_failure';
      readonly error: Error;
    }
  | { readonly type: 'reload'; readonly result: 'success'; readonly routes: number }
  | { readonly type: 'reload'; readonly result: 'failure'; readonly error: Error };

export type Listener = (event: GatewayEvent) => void;
