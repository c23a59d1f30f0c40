import { createReportSums } from '../../compare/report/sums.ts';
import type { RoutesDocument } from '../../config/document.ts';
import { controlPlane, proxyPath } from '../../control-plane.ts';
import type { Mirror } from '../../mirror/mirror.ts';
import { trustProxies } from '../../request/inbound.ts';
import { compileRoutes, type RouteTable } from '../../route-table.ts';
import type { ServerRuntime } from '../../runtime/server.ts';
import type { ServerSettings } from '../../settings/server.ts';
import { type LiveTable, liveTable } from '../../stores/live.ts';
import type { Store } from '../../stores/store.ts';
import { logListener } from '../../telemetry/log.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { failedHandshakes } from '../../telemetry/handshakes.ts';
import { readings } from '../../telemetry/readings.ts';
import { recentEvents } from '../../telemetry/recent.ts';
import { MirrorStates, tellCounts } from './sums.ts';
import type { Counts } from './tally.ts';

export interface ControlOptions {
  readonly settings: ServerSettings;
  readonly runtime: ServerRuntime;
  readonly store: Store;
  /** Id of the gateway, the value of the loop mark. */
  readonly instance: string;
  /** Puts a document in force in all workers. Never rejects. */
  readonly announce: (document: RoutesDocument) => Promise<void>;
  /** Asks all workers for what they have counted. Never rejects. */
  readonly collect: () => Promise<void>;
  /** Why clients must not be sent here now; `null` if they may. */
  readonly notReady: () => string | null;
}

/** The control plane of all workers: it has the routes, and adds up what the workers count. */
export interface Control {
  readonly live: LiveTable<RouteTable>;
  respond(request: Request, isLocal: boolean): Promise<Response>;
  /** Adds up what a worker has counted. */
  add(worker: object, counts: Counts): void;
  /** A worker is gone. What it has counted stays in the sums. */
  gone(worker: object): void;
}

/** What shows sums. */
const SHOWS_SUMS = /^\/apisix\/(?:prometheus|ui|admin\/(?:report|explain))(?:\/|$)/;

export function clusterControl(options: ControlOptions): Control {
  const { settings, announce, collect, notReady } = options;
  const { adminKey, trustedProxies, mirrorMemory } = settings;
  const { name } = options.runtime;
  const states = new MirrorStates();
  const report = createReportSums();
  let announced: RoutesDocument | null = null;

  const live = liveTable({
    store: announcing(options.store, tellWorkers),
    compile: (document, previous: RouteTable | null) =>
      compileRoutes(document, previous, {
        instance: () => options.instance,
        faultOf: options.runtime.faultOf,
      }),
    onReload(reload) {
      const event = { type: 'reload', ...reload } as const;
      for (const listen of [metrics.listen, recent.listen, logged]) listen(event);
      const document = live.document();
      if (reload.result === 'success' && document !== null) void tellWorkers(document);
    },
  });
  const recordedBytes = () => states.recordedBytes;
  const handshakes = failedHandshakes();
  const metrics = createMetrics(
    readings({
      runtime: name,
      ...(settings.tls !== null && { metrics: [handshakes] }),
      table: live.current,
      recordedBytes,
    }),
  );
  const recent = recentEvents(metrics.keeps, Date.now);
  const logged = logListener();

  async function tellWorkers(document: RoutesDocument): Promise<void> {
    if (document === announced) return;
    announced = document;
    await announce(document);
  }

  const local = new WeakSet<Request>();
  const respond = controlPlane({
    adminKey,
    runtime: { ...options.runtime, isLocal: (request) => local.has(request) },
    live,
    trust: trustProxies(trustedProxies),
    telemetry: {
      onAdminFailure: (error) => logged({ type: 'admin_failure', error }),
      render: metrics.render,
      recent: () => recent,
    },
    report,
    budget: new RecordedBytes(mirrorMemory, states),
    notReady,
  });

  return {
    live,
    async respond(request, isLocal) {
      if (isLocal) local.add(request);
      if (SHOWS_SUMS.test(proxyPath(request))) {
        await collect();
        const table = live.current(Date.now());
        if (table !== null) states.showIn(mirrorsOf(table));
      }
      return respond(request, null);
    },
    add(worker, counts) {
      states.set(worker, counts);
      tellCounts(counts, (event) => {
        metrics.listen(event);
        recent.listen(event);
      });
      for (let i = 0; i < counts.failedHandshakes; i++) handshakes.add();
      if (counts.report !== null) report.merge(counts.report);
    },
    gone: (worker) => states.delete(worker),
  };
}

/** A store whose updates are in force in all workers when they are done. */
function announcing(store: Store, announce: (document: RoutesDocument) => Promise<void>): Store {
  return {
    ...store,
    async update(edit) {
      const document = await store.update(edit);
      await announce(document);
      return document;
    },
  };
}

function* mirrorsOf(table: RouteTable): Generator<Mirror> {
  for (const { mirrors } of table.routes()) yield* mirrors;
}

/** Memory of recorded bodies in all workers. */
class RecordedBytes {
  readonly limit: number;
  readonly #states: MirrorStates;

  constructor(limit: number, states: MirrorStates) {
    this.limit = limit;
    this.#states = states;
  }

  get held(): number {
    return this.#states.recordedBytes;
  }
}
