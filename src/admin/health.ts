import { Hono } from 'hono/tiny';

export interface HealthOptions {
  readonly runtime: string;
  readonly ready: () => boolean;
}

/** Liveness (`/status`) and readiness (`/status/ready`). Without a key: load balancers and orchestrators have none. */
export function healthApi({ runtime, ready }: HealthOptions): Hono {
  return new Hono()
    .get('/status', (c) => c.json({ status: 'ok', runtime }))
    .get('/status/ready', (c) => {
      if (ready()) return c.json({ status: 'ok' });
      return c.json({ error_msg: 'no routes are loaded yet: see the log for the reason' }, 503);
    });
}
