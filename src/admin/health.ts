import { Hono } from 'hono/tiny';

export interface HealthOptions {
  readonly runtime: string;
  /** Why clients must not be sent here now; `null` if they may. */
  readonly notReady: () => string | null;
}

/** Liveness (`/status`) and readiness (`/status/ready`). Without a key: load balancers and orchestrators have none. */
export function healthApi({ runtime, notReady }: HealthOptions): Hono {
  return new Hono()
    .get('/status', (c) => c.json({ status: 'ok', runtime }))
    .get('/status/ready', (c) => {
      const reason = notReady();
      return reason === null ? c.json({ status: 'ok' }) : c.json({ error_msg: reason }, 503);
    });
}
