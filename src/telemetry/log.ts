import { log } from '#logger';
import { type CopyEvent, type Listener, reportOf, type RequestFacts } from './events.ts';
import { lineRate } from './line-rate.ts';

/**
 * Writes events to the log. Causes and addresses of upstreams appear only here and in hooks. A request and its copies
 * have lines at `debug`, linked by `requestId`: lines and id are not made unless that level is enabled.
 *
 * @param now clock in milliseconds
 * @param debug whether it is
 */
export function logListener(
  now: () => number = Date.now,
  debug: () => boolean = () => log.isEnabledFor('debug'),
): Listener {
  const admitFailure = lineRate(now);
  return (event) => {
    switch (event.type) {
      case 'upstream_failure': {
        const { route, request, node, error } = event;
        const facts = { ...factsOfRequest(request), route, node, error: error.message };
        log.error('{method} {path}: upstream of route {route} failed, {node}: {error}', facts);
        break;
      }
      case 'admin_failure':
        log.error('a write was refused', faultsOf(event.error));
        break;
      case 'reload':
        logReload(event);
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

/** What came of reading routes. */
type Reading =
  | { readonly result: 'success' | 'unchanged'; readonly routes: number }
  | { readonly result: 'failure'; readonly routes: number | null; readonly error: Error };

/** Writes to the log what came of reading routes. */
export function logReload(reading: Reading): void {
  const { result, routes } = reading;
  if (result === 'failure') {
    const left = routes ? 'those in force stay' : 'and none are in force';
    return log.error(`the routes were not read, ${left}`, faultsOf(reading.error));
  }
  const what = routes === 1 ? '{routes} route in force' : '{routes} routes in force';
  log.info(result === 'unchanged' ? `${what}, unchanged` : what, { routes });
}

/** Writes what went wrong where responses are compared, at most once a second. */
export function logComparing(now: () => number = Date.now): (error: string) => void {
  const admit = lineRate(now);
  return (error) => {
    const suppressed = admit('comparing');
    if (suppressed !== null) log.error('comparing failed: {error}', { error, suppressed });
  };
}

/** What is wrong with a document, each fault once, and in which. Errors of stores list both; others have a message. */
function faultsOf(error: Error): Record<string, unknown> {
  const { place, faults = [error.message] } = error as Error & {
    readonly place?: string;
    readonly faults?: readonly string[];
  };
  return place === undefined ? { faults } : { place, faults };
}

/** Most characters of a method or a path in a line: a client may send some thousand. */
const MAX_PART_CHARACTERS = 256;

function factsOf(event: CopyEvent): Record<string, unknown> {
  const { target, method, ...facts } = reportOf(event);
  return { ...facts, method: escaped(method), path: loggedPath(target) };
}

function factsOfRequest({ id: requestId, method, target }: RequestFacts): Record<string, unknown> {
  return { requestId, method: escaped(method), path: loggedPath(target) };
}

/** The path without the query, which may contain tokens and personal data: logs are stored and shared. */
export function loggedPath(target: string): string {
  const mark = target.indexOf('?');
  return escaped(mark === -1 ? target : target.slice(0, mark));
}

/** Text of a client, cut to 256 characters and percent-encoded where it is not printable ASCII. */
function escaped(text: string): string {
  const cut = text.length > MAX_PART_CHARACTERS ? `${text.slice(0, MAX_PART_CHARACTERS)}...` : text;
  return cut.replace(NOT_PRINTABLE, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

const NOT_PRINTABLE = /[^\x21-\x7e]/g;
