import {
  configureSync,
  getConsoleSink,
  getJsonLinesFormatter,
  getLogger,
  type Logger,
  type Sink,
} from '@logtape/logtape';
import type { CopyEvent, Listener, RequestFacts } from './events.ts';
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
      case 'upstream_failure': {
        const { route, request, node, error } = event;
        const facts = { ...factsOfRequest(request), route, node, error: error.message };
        log.error('{method} {path}: no upstream answered by route {route}, {node}: {error}', facts);
        break;
      }
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
        const facts = { ...factsOfRequest(request), route, status, seconds };
        log.debug('{method} {path}: {status} by route {route}', facts);
        break;
      }
    }
  };
}

/** Milliseconds that an answer of LogTape's holds. */
const REMEMBERED_MS = 50;

/** Whether lines at `debug` are wanted. To look that up costs more than all that is counted of a request. */
function wantsDebug(now: () => number): () => boolean {
  let wanted = false;
  let until = -Infinity;
  return () => {
    const time = now();
    if (time >= until) {
      wanted = log.isEnabledFor('debug');
      until = time + REMEMBERED_MS;
    }
    return wanted;
  };
}

/** Most characters of a method or a path in a line: a client may send some thousand of each. */
const MOST_PART_CHARACTERS = 256;

function factsOf(event: CopyEvent): Record<string, unknown> {
  const { target, method, ...facts } = reportOf(event);
  return { ...facts, method: printable(method), path: pathOf(target) };
}

function factsOfRequest({ id: requestId, method, target }: RequestFacts): Record<string, unknown> {
  return { requestId, method: printable(method), path: pathOf(target) };
}

/** Without the query: tokens and names travel in it, and a log is kept and passed around. */
function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return printable(mark === -1 ? target : target.slice(0, mark));
}

/** A client's text, cut to what a line has room for, and with escapes for what a terminal may obey. */
function printable(text: string): string {
  const cut =
    text.length > MOST_PART_CHARACTERS ? `${text.slice(0, MOST_PART_CHARACTERS)}...` : text;
  return cut.replace(NOT_PRINTABLE, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

const NOT_PRINTABLE = /[^\x21-\x7e]/g;
