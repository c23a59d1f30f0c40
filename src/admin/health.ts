import type { Endpoint } from '../http/endpoint.ts';

export interface HealthOptions {
  readonly runtime: string;
  /** Why clients must not be sent here now; `null` if they may. */
  readonly notReady: () => string | null;
}

/** Liveness (`/status`) and readiness (`/status/ready`). Without a key: load balancers and orchestrators have none. */
export function health({ runtime, notReady }: HealthOptions): {
  readonly live: Endpoint;
  readonly ready: Endpoint;
} {
  return {
    live: () => Response.json({ status: 'ok', runtime }),
    ready() {
      const reason = notReady();
      return reason === null
        ? Response.json({ status: 'ok' })
        : Response.json({ error_msg: reason }, { status: 503 });
    },
  };
}
