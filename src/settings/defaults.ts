import { CLIENT_TIMEOUT_MS, MAX_CONNECTIONS } from '../http1/server/limits.ts';
import { SHARED_DEFAULTS } from './shared.ts';

/** What holds where a setting of a server is not given: `server.ts` uses it, `table.ts` tells of it. */
export const DEFAULTS = {
  port: 9080,
  host: '0.0.0.0',
  /** Path of the document. */
  routes: 'routes.json',
  /** Bytes. */
  mirrorMemory: SHARED_DEFAULTS.mirrorMemory as number,
  /** Seconds. */
  shutdownDelay: 0,
  /** Seconds. */
  shutdownTimeout: 30,
  /** Seconds. */
  clientTimeout: (CLIENT_TIMEOUT_MS / 1000) as number,
  /** Fewer where the process may not open as many files. */
  maxConnections: MAX_CONNECTIONS as number,
  logLevel: SHARED_DEFAULTS.logLevel as string,
  logFormat: 'auto',
  workers: 1,
} as const;
