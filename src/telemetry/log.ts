import {
  configureSync,
  getConsoleSink,
  getJsonLinesFormatter,
  getLogger,
  type Logger,
} from '@logtape/logtape';
import type { Listener } from './events.ts';

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The gateway's logger. Silent until an application configures LogTape, as libraries should be. */
export const log: Logger = getLogger('proxy-mirror');

/** For our own commands: one JSON object a line on the console. */
export function configureLog(level: LogLevel): void {
  configureSync({
    reset: true,
    sinks: { console: getConsoleSink({ formatter: getJsonLinesFormatter() }) },
    loggers: [
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['console'] },
      {
        category: 'proxy-mirror',
        lowestLevel: level === 'silent' ? null : level,
        sinks: level === 'silent' ? [] : ['console'],
      },
    ],
  });
}

/** Failures of a dead mirror would fill a disk: one line each this many milliseconds and mirror. */
const QUIET_MILLISECONDS = 1000;

/** Writes events to the log. Causes and addresses of upstreams appear here and nowhere else. */
export function logListener(): Listener {
  const lastFailure = new Map<string, { at: number; suppressed: number }>();
  return (event) => {
    switch (event.type) {
      case 'upstream_failure':
        log.error('route {route}: no upstream answered: {error}', {
          route: event.route,
          error: event.error.message,
        });
        break;
      case 'admin_failure':
        log.error('a write was refused: {error}', { error: event.error.message });
        break;
      case 'reload':
        if (event.result === 'success')
          log.info('{routes} routes in force', { routes: event.routes });
        else log.error('the routes in force stay: {error}', { error: event.error.message });
        break;
      case 'copy': {
        const { outcome, reason } = event.outcome;
        const facts = { route: event.route, mirror: event.mirror, outcome, reason };
        log.debug('copy to {mirror}: {outcome} ({reason})', facts);
        if (outcome !== 'failed') break;
        const key = `${event.route} ${event.mirror} ${reason}`;
        const last = lastFailure.get(key);
        const now = Date.now();
        if (last !== undefined && now - last.at < QUIET_MILLISECONDS) {
          last.suppressed++;
          break;
        }
        lastFailure.set(key, { at: now, suppressed: 0 });
        log.warning('copy to {mirror} failed: {reason}', {
          ...facts,
          suppressed: last?.suppressed ?? 0,
        });
        break;
      }
      case 'request':
        log.debug('{method} {status} by route {route}', { ...event });
        break;
    }
  };
}
