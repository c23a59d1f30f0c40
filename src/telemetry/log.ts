import {
  configureSync,
  getConsoleSink,
  getJsonLinesFormatter,
  getLogger,
  type Logger,
} from '@logtape/logtape';
import type { Listener } from './events.ts';
import { lineRate } from './line-rate.ts';

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

/**
 * Writes events to the log. Causes and addresses of upstreams appear here and nowhere else. Fields
 * of lines below `info` are made only when somebody wants them: there is one for each request.
 *
 * @param now milliseconds
 */
export function logListener(now: () => number = Date.now): Listener {
  const admitFailure = lineRate(now);
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
        else
          log.error('the routes were not read, those in force stay: {error}', {
            error: event.error.message,
          });
        break;
      case 'copy': {
        const { route, mirror, outcome, seconds } = event;
        if (outcome.outcome !== 'failed') {
          log.debug('copy to {mirror}: {outcome} ({reason})', () => ({
            route,
            mirror,
            ...outcome,
          }));
          break;
        }
        const suppressed = admitFailure(`${route} ${mirror} ${outcome.reason}`);
        if (suppressed === null) break;
        const facts = { route, mirror, ...outcome, seconds, suppressed };
        log.warning('copy to {mirror} failed: {reason}', facts);
        break;
      }
      case 'request':
        log.debug('{method} {status} by route {route}', () => ({ ...event }));
        break;
    }
  };
}
