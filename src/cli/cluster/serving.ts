import { createReportSums } from '../../compare/report/sums.ts';
import type { RoutesDocument } from '../../config/document.ts';
import { CONTROL_PLANE, proxyPath } from '../../control-plane.ts';
import { checkedGateway } from '../../gateway-core.ts';
import { provideDirect } from '../../runtime/direct.ts';
import type { FetchApp, ServerRuntime } from '../../runtime/server.ts';
import type { WriteOutput } from '../../runtime/output.ts';
import { DEFAULTS } from '../../settings/defaults.ts';
import type { Store } from '../../stores/store.ts';
import { configureLog } from '../../telemetry/logger/logtape.ts';
import type { InForce } from '../../telemetry/readings.ts';
import { logged, telemetryTo } from '../../telemetry/telemetry.ts';
import { certificateReader } from '../certificates.ts';
import { addressesOf, finish, openListeners } from '../listeners.ts';
import { logOutput } from '../log-output.ts';
import type { Addresses } from '../served.ts';
import type { WorkerStart, WorkerStop } from './calls.ts';
import { Leases } from './lease.ts';
import { LeasedBudget, leaseConnections, leaseMirrors } from './leased-limits.ts';
import type { Parent } from './parent.ts';
import { Relay } from './relay.ts';
import { type Counts, Tally } from './tally.ts';

/** How often the supervisor is told what was counted: so much is lost when a worker is killed. */
const TELL_EVERY_MS = 250;
/** How long a worker that stops waits until the supervisor has its last counts. */
const LAST_COUNTS_TIMEOUT_MS = 2000;

/** What a worker does: it listens and proxies, and has neither a store nor a control plane of its own. */
export interface Serving {
  readonly addresses: Addresses;
  readonly relay: Relay;
  readonly leases: Leases;
  readonly shutdownTimeoutMs: number;
  /** Puts routes in force. */
  take(document: RoutesDocument): Promise<void>;
  /** Hands over what was counted since the last call. */
  counts(): Counts;
  renewCertificates(): Promise<void>;
  /** Resolves once all is done that is to be done before the process exits. */
  stop(how: WorkerStop): Promise<void>;
}

/** @throws SettingError when an address cannot be listened on, or a certificate not be used */
export async function startServing(
  parent: Parent,
  { settings, document, instance, workers, taken }: WorkerStart,
): Promise<Serving> {
  const runtime = forkedRuntime((await import('#runtime')).runtime());
  // By way of the supervisor, so that no line is torn by those of another worker.
  const write: WriteOutput = (to, text) =>
    parent.ask('log', { to, text }).catch(() => runtime.write(to, text));
  const output = logOutput(write, settings);
  configureLog(settings.logLevel, output.sink);

  const leases = new Leases({
    workers,
    taken: new Set(taken),
    ask: (want) => parent.ask('want', want),
  });
  const tally = new Tally();
  const report = createReportSums();
  let inForce: InForce | null = null;
  const store = new GivenStore(document);
  const { trustedProxies, mirrorMemory, maxConnections, redactKey, tls } = settings;
  const core = checkedGateway(
    {
      runtime,
      store,
      instance: () => instance,
      trustedProxies,
      budget: new LeasedBudget(leases, mirrorMemory),
      redactKey,
      report: {
        outcome: report.outcome,
        pair: (pair, kind) => (kind === 'mirror' ? report.pair(pair) : report.baseline(pair)),
        report: report.report,
        reset: report.reset,
      },
      telemetry(hooks, readings, redactTarget, count) {
        inForce = readings;
        const log = logged();
        const listeners = [
          tally.listen,
          // The supervisor tells of routes once, and not each worker.
          (event: Parameters<typeof log>[0]) => (event.type === 'reload' ? undefined : log(event)),
        ];
        return {
          ...telemetryTo(listeners, hooks, redactTarget, count),
          render: () => '',
          recent: () => {
            throw new Error('the page is in the supervisor');
          },
        };
      },
    },
    document,
  );
  const lease = leaseMirrors(leases);
  const leaseAll = () => lease(inForce!.table(Date.now())?.routes() ?? []);
  leaseAll();
  const relay = new Relay(parent, runtime.isLocal!);
  const app: FetchApp = {
    waitUntil: core.waitUntil,
    fetch: (request, env, context) =>
      CONTROL_PLANE.test(proxyPath(request))
        ? relay.fetch(request, env)
        : core.fetch(request, env, context),
  };
  // It leaves the paths of the control plane to `fetch`.
  provideDirect(app.fetch, { respond: core.direct });

  const certificates = tls === null ? null : certificateReader(tls.certificates);
  let open = () => 0;
  const mayOpen = leaseConnections(leases, maxConnections ?? DEFAULTS.maxConnections, () => open());
  const listeners = await openListeners(runtime, app, settings, {
    certificates,
    onHandshakeFailure: tally.handshakeFailed,
    mayOpen,
  });
  open = () => listeners.main.open();
  const counts = () => tally.take(inForce, report.take());
  const telling = setInterval(() => {
    if (!tally.isEmpty) parent.tell('counted', counts());
  }, TELL_EVERY_MS);

  return {
    addresses: addressesOf(listeners),
    relay,
    leases,
    shutdownTimeoutMs: settings.shutdownTimeout * 1000,
    async take(next) {
      store.document = next;
      await core.refresh();
      leaseAll();
    },
    counts,
    async renewCertificates() {
      if (certificates !== null) listeners.main.renewCertificates(await certificates.read());
    },
    async stop({ deadlineMs, idleGraceMs }) {
      const { stop, kill } = listeners;
      await finish(core, { stop: () => stop(idleGraceMs), kill }, deadlineMs);
      clearInterval(telling);
      await parent.ask('counted', counts(), LAST_COUNTS_TIMEOUT_MS).catch(() => {});
      runtime.close();
      await output.drain();
    },
  };
}

/** The runtime of a process that shares its port. */
function forkedRuntime({ startThread, ...runtime }: ServerRuntime): ServerRuntime {
  return {
    ...runtime,
    ...(startThread !== undefined && runtime.startsThreadsInForks !== false && { startThread }),
    listen: (options) => runtime.listen({ ...options, isShared: true }),
  };
}

/** Routes as the supervisor gives them. Nothing is written here. */
class GivenStore implements Store {
  readonly name = 'the supervisor';
  document: RoutesDocument;

  constructor(document: RoutesDocument) {
    this.document = document;
  }

  load(): Promise<RoutesDocument> {
    return Promise.resolve(this.document);
  }

  update(): Promise<RoutesDocument> {
    return Promise.reject(new Error('routes are written by the supervisor'));
  }
}
