import { lineRate } from './line-rate.ts';
import type { GatewayEvent, Listener } from './events.ts';
import { log } from './log.ts';
import { type CopyReport, reportOf } from './report.ts';

/**
 * Told what became of each request at each mirror: exactly once, for copies that were skipped, too.
 * What it throws, or what a promise that it returns rejects with, is logged and changes nothing.
 * Nobody waits for that promise: on Workers hand it to `waitUntil` of `cloudflare:workers`.
 *
 * @example
 * const onOutcome: OutcomeHook = (copy) => {
 *   if (copy.outcome === 'sent' && copy.status >= 500) console.error(copy.status, copy.target);
 * };
 */
export type OutcomeHook = (copy: CopyReport) => unknown;

/** What a program that uses the library wants to be told. */
export interface Hooks {
  readonly onEvent?: ((event: GatewayEvent) => unknown) | undefined;
  readonly onOutcome?: OutcomeHook | undefined;
}

/** Listeners for hooks: other people's code, which must not break a request or a copy. */
export function hookListeners({ onEvent, onOutcome }: Hooks): Listener[] {
  const listeners: Listener[] = [];
  if (onEvent !== undefined) listeners.push(guarded('onEvent', onEvent));
  if (onOutcome !== undefined) {
    const notify = guarded('onOutcome', onOutcome);
    listeners.push((event) => {
      if (event.type === 'copy') notify(reportOf(event));
    });
  }
  return listeners;
}

function guarded<T>(hook: string, call: (event: T) => unknown): (told: T) => void {
  const admit = lineRate(Date.now);
  const complain = (error: unknown) => {
    const suppressed = admit(hook);
    if (suppressed === null) return;
    log.error('{hook} failed: {error}', { hook, error: String(error), suppressed });
  };
  return (told) => {
    try {
      const returned = call(told);
      // An async function that rejects would end a Node process.
      if (returned instanceof Promise) returned.catch(complain);
    } catch (error) {
      complain(error);
    }
  };
}
