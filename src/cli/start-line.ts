import process from 'node:process';
import type { ServerRuntime } from '../runtime/server.ts';
import { jsonLine } from '../telemetry/line.ts';
import { urlsOf } from './listeners.ts';
import type { Addresses } from './served.ts';

/**
 * The line that says where it listens. It is printed whatever the level of the log is, because programs wait for it, and
 * as JSON where the log is JSON, for those that read nothing else.
 *
 * @param workers processes that serve; 1: this process
 */
export function startLine(
  { name }: ServerRuntime,
  { main, admin }: Addresses,
  workers: number,
  asText: boolean,
): string {
  const control = admin === null ? '' : `, the control plane on ${urlsOf(admin)}`;
  const by = workers === 1 ? '' : `, with ${workers} workers`;
  const message = `proxy-mirror on ${name}, listening on ${urlsOf(main)}${control}${by} as process ${process.pid}`;
  if (asText) return message;
  const { hostname, port, tlsPort } = main;
  const more = {
    port,
    ...(tlsPort !== null && { tlsPort }),
    ...(admin !== null && { adminPort: admin.port }),
    ...(workers > 1 && { workers }),
  };
  return jsonLine({
    category: ['proxy-mirror'],
    level: 'info',
    rawMessage: message,
    message: [message],
    properties: { runtime: name, hostname, ...more },
    timestamp: Date.now(),
  }).trimEnd();
}
