import type { OnPair } from '../compare/comparisons.ts';
import type { OnOutcome } from '../mirror/copies.ts';
import type { Listener } from './events.ts';
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

/** Metrics, log and hooks behind one `emit`. */
export function createTelemetry(hooks: Hooks, inForce: InForce): Telemetry {
  const metrics = createMetrics(readings(inForce));
  const emit = fanOut([metrics.listen, logListener(), ...hookListeners(hooks)]);
  return {
    emit,
    onOutcome: outcomeEvents(emit),
    onPair: pairEvents(emit),
    onAdminFailure: (error) => emit({ type: 'admin_failure', error }),
    render: () => metrics.render(),
  };
}

/** Log and hooks alone, for code that has no metrics. */
export function hookTelemetry(hooks: Hooks): Pick<Telemetry, 'onOutcome' | 'onPair'> {
  const emit = fanOut([logListener(), ...hookListeners(hooks)]);
  return { onOutcome: outcomeEvents(emit), onPair: pairEvents(emit) };
}

/** Reports pairs as events. */
function pairEvents(emit: Listener): OnPair {
  return (request, pair, kind) => emit({ type: 'comparison', kind, request, pair });
}

/** Reports outcomes as events. */
function outcomeEvents(emit: Listener): OnOutcome {
  return (request, { route, host }, outcome, seconds) =>
    emit({ type: 'copy', route, mirror: host, request, outcome, seconds });
}

/** One listener that calls several. */
function fanOut(listeners: readonly Listener[]): Listener {
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}
