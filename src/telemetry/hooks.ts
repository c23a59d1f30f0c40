import { log } from '#logger';
import { lineRate } from './line-rate.ts';
import {
  comparisonReportOf,
  type ComparisonReport,
  type CopyReport,
  type GatewayEvent,
  type Listener,
  reportOf,
} from './events.ts';

/**
 * Called exactly once with the outcome of each request at each mirror, also when the copy was skipped. Exceptions it
 * throws, and rejections of a promise it returns, are logged and otherwise ignored. The promise is not awaited: on
 * Workers, pass it to `waitUntil` of `cloudflare:workers`.
 *
 * @example
 * const onOutcome: OutcomeHook = (copy) => {
 *   if (copy.outcome === 'sent' && copy.status >= 500) console.error(copy.status, copy.target);
 * };
 */
export type OutcomeHook = (copy: CopyReport) => unknown;

/**
 * Called once for each sent copy that was chosen for comparison. Exceptions and promises as with `OutcomeHook`.
 *
 * @example
 * const onComparison: ComparisonHook = (pair) => {
 *   if (pair.result === 'different') console.warn(pair.requestId, pair.differences);
 * };
 */
export type ComparisonHook = (pair: ComparisonReport) => unknown;

/** Callbacks of a program that uses the library. */
export interface Hooks {
  readonly onEvent?: ((event: GatewayEvent) => unknown) | undefined;
  readonly onOutcome?: OutcomeHook | undefined;
  readonly onComparison?: ComparisonHook | undefined;
}

/** Makes listeners of hooks. Hooks are user code, whose exceptions must not break a request or a copy. */
export function hookListeners({ onEvent, onOutcome, onComparison }: Hooks): Listener[] {
  const listeners: Listener[] = [];
  if (onEvent !== undefined) listeners.push(guarded('onEvent', onEvent));
  if (onOutcome !== undefined) {
    const notify = guarded('onOutcome', onOutcome);
    listeners.push((event) => {
      if (event.type === 'copy') notify(reportOf(event));
    });
  }
  if (onComparison !== undefined) {
    const notify = guarded('onComparison', onComparison);
    listeners.push((event) => {
      if (event.type === 'comparison' && event.kind === 'mirror') notify(comparisonReportOf(event));
    });
  }
  return listeners;
}

function guarded<T>(hook: string, call: (event: T) => unknown): (event: T) => void {
  const admit = lineRate(Date.now);
  const logError = (error: unknown) => {
    const suppressed = admit(hook);
    if (suppressed === null) return;
    log.error('{hook} failed: {error}', { hook, error: String(error), suppressed });
  };
  return (event) => {
    try {
      const returned = call(event);
      // An unhandled rejection would end a Node process.
      if (returned instanceof Promise) returned.catch(logError);
    } catch (error) {
      logError(error);
    }
  };
}
