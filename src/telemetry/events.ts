import type { Outcome } from '../mirror/outcome.ts';

/** All that the gateway tells about its work. Metrics and log listen to it; nothing else does. */
export type GatewayEvent =
  | {
      readonly type: 'request';
      /** Id of the route that matched; empty when none did. */
      readonly route: string;
      readonly method: string;
      readonly status: number;
      /** To the answer's head. */
      readonly seconds: number;
    }
  | {
      /** No upstream answered. `error` is for the log only. */
      readonly type: 'upstream_failure';
      readonly route: string;
      readonly error: Error;
    }
  | {
      readonly type: 'copy';
      readonly route: string;
      /** The configured `host`. */
      readonly mirror: string;
      readonly outcome: Outcome;
      readonly seconds: number;
    }
  | {
      /** A write through the admin API that the store could not take. */
      readonly type: 'admin_failure';
      readonly error: Error;
    }
  | { readonly type: 'reload'; readonly result: 'success'; readonly routes: number }
  | { readonly type: 'reload'; readonly result: 'failure'; readonly error: Error };

export type Listener = (event: GatewayEvent) => void;

/** One listener out of several. */
export function fanOut(listeners: readonly Listener[]): Listener {
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}
