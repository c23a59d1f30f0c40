import type { OnPair } from '../compare/comparisons.ts';
import type { RedactTarget } from '../compare/redact.ts';
import type { ReportKeeper } from '../compare/report/keeper.ts';
import type { OnOutcome } from '../mirror/copies.ts';
import type { CopyEvent, Listener } from './events.ts';
import { type Hooks, hookListeners } from './hooks.ts';
import { logListener } from './log.ts';
import { createMetrics } from './metrics.ts';
import { type InForce, readings } from './readings.ts';

/** Where the parts of the gateway report their work. */
export interface Telemetry {
  readonly emit: Listener;
  readonly onOutcome: OnOutcome;
  readonly onPair: OnPair;
  /** To be called when a write of the admin API failed for a reason that its client must not see. */
  readonly onAdminFailure: (error: Error) => void;
  /** All metrics in the Prometheus text format. */
  readonly render: () => string;
}

/** Counts the outcome of a copy in the report. */
type CountOutcome = ReportKeeper['outcome'];

/**
 * Metrics, log and hooks behind one `emit`.
 *
 * @param count counts the outcomes of mirrors that are compared
 */
export function createTelemetry(
  hooks: Hooks,
  inForce: InForce,
  redactTarget: RedactTarget,
  count: CountOutcome,
): Telemetry {
  const metrics = createMetrics(readings(inForce));
  const own = fanOut([metrics.listen, logListener()]);
  const told = hookListeners(hooks);
  const emit = fanOut([own, ...told]);
  return {
    emit,
    onOutcome: outcomeEvents(own, told, redactTarget, count),
    onPair: pairEvents(emit),
    onAdminFailure: (error) => emit({ type: 'admin_failure', error }),
    render: () => metrics.render(),
  };
}

/** Log and hooks alone, for code that has no metrics. */
export function hookTelemetry(
  hooks: Hooks,
  redactTarget: RedactTarget,
): Pick<Telemetry, 'onOutcome' | 'onPair'> {
  const own = logListener();
  const told = hookListeners(hooks);
  return {
    onOutcome: outcomeEvents(own, told, redactTarget, () => {}),
    onPair: pairEvents(fanOut([own, ...told])),
  };
}

/** Reports pairs as events. */
function pairEvents(emit: Listener): OnPair {
  return (_, pair, kind) => {
    const { requestId: id, method, target } = pair;
    emit({ type: 'comparison', kind, request: { id, method, target }, pair });
  };
}

/**
 * Reports outcomes as events.
 *
 * @param own told at once: metrics and log show no query
 * @param count counts those of mirrors that are compared
 * @param hooks told of targets without the values that the mirror's rules redact, once these are hashed
 */
function outcomeEvents(
  own: Listener,
  hooks: readonly Listener[],
  redactTarget: RedactTarget,
  count: CountOutcome,
): OnOutcome {
  const told = fanOut(hooks);
  return (request, { route, host, config }, outcome, seconds) => {
    const event: CopyEvent = { type: 'copy', route, mirror: host, request, outcome, seconds };
    own(event);
    // What is not compared costs nothing.
    if (config.compare) count(route, host, outcome.outcome, outcome.reason);
    if (hooks.length === 0) return;
    const redacted = redactTarget(config.redact, request.target);
    if (typeof redacted === 'string') return told(event);
    const { id, method } = request;
    return redacted.then((target) => told({ ...event, request: { id, method, target } }));
  };
}

/** One listener that calls several. */
function fanOut(listeners: readonly Listener[]): Listener {
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}
