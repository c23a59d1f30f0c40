import { log } from '#logger';
import type { OnPair } from '../compare/request-comparisons.ts';
import type { RedactedQuery, RedactTarget } from '../compare/redact.ts';
import type { ReportKeeper } from '../compare/report/keeper.ts';
import type { OnOutcome } from '../mirror/copies.ts';
import type { CopyEvent, GatewayEvent, Listener, RequestFacts } from './events.ts';
import { type Hooks, hookListeners } from './hooks.ts';
import { logListener } from './log.ts';
import { createMetrics } from './metrics.ts';
import { type InForce, readings } from './readings.ts';
import type { Recent, recentEvents } from './recent.ts';

/**
 * Reports an event. A promise is returned where a value must be hashed before hooks are told; it does not reject.
 *
 * @param redact what is to be hidden in the target of the request that the event is about
 */
export type Emit = (event: GatewayEvent, redact?: RedactedQuery) => void | Promise<void>;

/** Where the parts of the gateway report their work. */
export interface Telemetry {
  readonly emit: Emit;
  readonly onOutcome: OnOutcome;
  readonly onPair: OnPair;
  /** To be called when a write of the admin API failed for a reason that its client must not see. */
  readonly onAdminFailure: (error: Error) => void;
  /** All metrics in the Prometheus text format. */
  readonly render: () => string;
  /** What happened in the last minutes. The first call makes it, and only what happens from then on is kept. */
  readonly recent: (make: typeof recentEvents) => Recent;
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
  let recent: Recent | undefined;
  // Metrics before: they know which routes are gone.
  const own = [metrics.listen, (event: GatewayEvent) => recent?.listen(event), logged()];
  return {
    ...telemetryTo(own, hooks, redactTarget, count),
    recent: (make) => (recent ??= make(metrics.keeps, Date.now)),
    render: () => metrics.render(),
  };
}

/** The part of telemetry that is told of events, for listeners of one's own. */
export function telemetryTo(
  listeners: readonly Listener[],
  hooks: Hooks,
  redactTarget: RedactTarget,
  count: CountOutcome,
): Omit<Telemetry, 'recent' | 'render'> {
  const own = fanOut(listeners);
  const told = hookListeners(hooks);
  const emit = emitTo(own, told, redactTarget);
  return {
    emit,
    onOutcome: outcomeEvents(own, told, redactTarget, count),
    onPair: pairEvents(emit),
    onAdminFailure: (error) => void emit({ type: 'admin_failure', error }),
  };
}

/** Log and hooks alone, for code that has no metrics. */
export function hookTelemetry(
  hooks: Hooks,
  redactTarget: RedactTarget,
): Pick<Telemetry, 'onOutcome' | 'onPair'> {
  const own = logged();
  const told = hookListeners(hooks);
  return {
    onOutcome: outcomeEvents(own, told, redactTarget, () => {}),
    onPair: pairEvents(fanOut([own, ...told])),
  };
}

/**
 * @param own told at once: metrics and log show no query
 * @param hooks told of requests by their facts alone: the fields of a request hold credentials
 */
function emitTo(own: Listener, hooks: readonly Listener[], redactTarget: RedactTarget): Emit {
  const told = fanOut(hooks);
  const tell = telling(told, redactTarget);
  return (event, redact) => {
    own(event);
    if (hooks.length === 0) return;
    if (event.type === 'request' || event.type === 'upstream_failure') return tell(event, redact);
    return told(event);
  };
}

/** Tells hooks of a request without the values that are redacted: at once, or when these are hashed. */
function telling(told: Listener, redactTarget: RedactTarget) {
  return (event: RequestEvent, redact: RedactedQuery | undefined): void | Promise<void> => {
    const { request } = event;
    const target = redactTarget(redact, request.target);
    if (typeof target === 'string') return told({ ...event, request: factsOf(request, target) });
    return target.then((hidden) => told({ ...event, request: factsOf(request, hidden) }));
  };
}

/** An event whose request is shown to hooks by its facts alone. */
type RequestEvent = Extract<GatewayEvent, { type: 'request' | 'upstream_failure' | 'copy' }>;

function factsOf(request: RequestFacts, target: string): RequestFacts {
  return { id: request.id, method: request.method, target };
}

/** Reports pairs as events. */
function pairEvents(emit: (event: GatewayEvent) => unknown): OnPair {
  return (_, pair, kind) => {
    const { requestId: id, method, target } = pair;
    emit({ type: 'comparison', kind, request: { id, method, target }, pair });
  };
}

/**
 * Reports outcomes as events.
 *
 * @param own told at once: metrics and log show no query
 * @param count counts those of mirrors that are compared, but for copies that are counted with their pair
 * @param hooks told of targets without the values that the mirror's rules redact, once these are hashed
 */
function outcomeEvents(
  own: Listener,
  hooks: readonly Listener[],
  redactTarget: RedactTarget,
  count: CountOutcome,
): OnOutcome {
  const tell = telling(fanOut(hooks), redactTarget);
  return (request, { route, name, config }, outcome, seconds, isFollowed) => {
    const event: CopyEvent = { type: 'copy', route, mirror: name, request, outcome, seconds };
    own(event);
    // What is not compared costs nothing.
    const counted =
      config.compare && !isFollowed
        ? count(route, name, outcome.outcome, outcome.reason)
        : undefined;
    if (hooks.length === 0) return counted;
    const told = tell(event, config.redact);
    return told instanceof Promise ? told.then(() => counted) : counted;
  };
}

/** The log, which is not even asked about what happens all the time, unless it shows that. */
export function logged(): Listener {
  const debug = debugEnabled(Date.now);
  const listen = logListener(Date.now, debug);
  return (event) => {
    const isRoutine =
      event.type === 'request' || (event.type === 'copy' && event.outcome.outcome !== 'failed');
    if (!isRoutine || debug()) listen(event);
  };
}

/** How long the result of `isEnabledFor` is remembered. */
const REMEMBERED_MS = 50;

/** True if `debug` is enabled. Remembered for a while: asking LogTape costs more than counting a request. */
function debugEnabled(now: () => number): () => boolean {
  let enabled = false;
  let until = -Infinity;
  return () => {
    const time = now();
    if (time >= until) {
      enabled = log.isEnabledFor('debug');
      until = time + REMEMBERED_MS;
    }
    return enabled;
  };
}

/** One listener that calls several. */
function fanOut(listeners: readonly Listener[]): Listener {
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}
