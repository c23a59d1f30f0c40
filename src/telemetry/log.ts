import {
  configureSync,
  getConsoleSink,
  getJsonLinesFormatter,
  getLogger,
  type Logger,
  type Sink,
} from '@logtape/logtape';
import type { CopyEvent, Listener } from './events.ts';
import { lineRate } from './line-rate.ts';
import { reportOf } from './report.ts';

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The gateway's logger. Silent until an application configures LogTape, as libraries should be. */
export const log: Logger = getLogger('proxy-mirror');

/**
 * For our own commands: one JSON object a line.
 *
 * @param sink where they go. Default: the console, which on servers waits for whoever reads it
 */
export function configureLog(
  level: LogLevel,
  sink: Sink = getConsoleSink({ formatter: getJsonLinesFormatter() }),
): void {
  configureSync({
    reset: true,
    sinks: { sink },
    loggers: [
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['sink'] },
      {
        category: 'proxy-mirror',
        lowestLevel: level === 'silent' ? null : level,
        sinks: level === 'silent' ? [] : ['sink'],
      },
    ],
  });
}

/**
 * Writes events to the log. Causes and addresses of upstreams appear here and in hooks, and nowhere else. A request
 * and its copies have lines at `debug`, joined by `requestId`; those lines and the id are made only
 * when somebody wants them.
 *
 * @param now milliseconds
 */
export function logListener(now: () => number = Date.now): Listener {
  const admitFailure = lineRate(now);
  const debug = wantsDebug(now);
  return (event) => {
    switch (event.type) {
      case 'upstream_failure':
        log.error('route {route}: no upstream answered: {error}', {
          requestId: event.request.id,
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
        const { route, mirror, outcome } = event;
        const failed = outcome.outcome === 'failed';
        const suppressed = failed ? admitFailure(`${route} ${mirror} ${outcome.reason}`) : null;
        if (suppressed !== null) {
          log.warning('copy to {mirror} failed: {reason}', { ...factsOf(event), suppressed });
        } else if (debug()) {
          log.debug('copy to {mirror}: {outcome} ({reason})', factsOf(event));
        }
        break;
      }
      case 'request': {
        if (!debug()) break;
        const { request, route, status, seconds } = event;
        const { id: requestId, method, target } = request;
        const facts = { requestId, method, path: pathOf(target), route, status, seconds };
        log.debug('{method} {path}: {status} by route {route}', facts);
        break;
      }
    }
  };
}

/** Milliseconds that an answer of LogTape's holds. */
const REMEMBERED_MILLISECONDS = 50;

/** Whether lines at `debug` are wanted. To look that up costs more than all that is counted of a request. */
function wantsDebug(now: () => number): () => boolean {
  let wanted = false;
  let until = -Infinity;
  return () => {
    const time = now();
    if (time >= until) {
      wanted = log.isEnabledFor('debug');
      until = time + REMEMBERED_MILLISECONDS;
    }
    return wanted;
  };
}

function factsOf(event: CopyEvent): Record<string, unknown> {
  const { target, ...facts } = reportOf(event);
  return { ...facts, path: pathOf(target) };
}

/** Without the query: tokens and names travel in it, and a log is kept and passed around. */
function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}
