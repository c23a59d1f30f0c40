/** Uses everything that the entries export. The test holds this against the entries. */
import { Hono } from 'hono';
import {
  ConfigError,
  createGateway,
  kvStore,
  memoryStore,
  mirrorFetch,
  proxyMirror,
  StoreError,
  type BodySource,
  type BreakerConfig,
  type Call,
  type CompareConfig,
  type ComparedHeaders,
  type ComparedPair,
  type Comparison,
  type ComparisonEvent,
  type ComparisonHook,
  type ComparisonReport,
  type ConfigFault,
  type ConnectionLeft,
  type CopyEvent,
  type CopyReport,
  type CopyResponse,
  type Destination,
  type DestinationFault,
  type TlsConfig,
  type Difference,
  type DifferenceKind,
  type DifferenceReport,
  type Drainable,
  type EndpointReport,
  type ExampleReport,
  type FailureKind,
  type FetchHandler,
  type Forward,
  type Gateway,
  type GatewayEvent,
  type GatewayOptions,
  type GatewayStatus,
  type HeaderChanges,
  type HeaderList,
  type Informed,
  type Interim,
  type KeepAlive,
  type KeepalivePool,
  type KvNamespace,
  type KvStoreOptions,
  type LightResponse,
  type MirrorConfig,
  type MirrorHandler,
  type MirrorMiddleware,
  type MirrorReport,
  type NotCompared,
  type Outbound,
  type Outcome,
  type OutcomeHook,
  type PairFacts,
  type PluginMeta,
  type PluginsConfig,
  type ProxyMirrorConfig,
  type ProxyMirrorOptions,
  type Received,
  type RedactConfig,
  type Refreshed,
  type Reload,
  type Reply,
  type Report,
  type ReportFilter,
  type ReportQuantiles,
  type ReportScope,
  type RequestFacts,
  type ResourceDescription,
  type ResourceId,
  type ResponseFacts,
  type ResponseTap,
  type RouteConfig,
  type RouteInput,
  type RouteMethod,
  type RoutesDocument,
  type Runtime,
  type SendCopy,
  type SkipReason,
  type StartThread,
  type StatusClass,
  type Store,
  type StoreFault,
  type StorePlace,
  type Tap,
  type Thread,
  type ThreadEvents,
  type Timeouts,
  type TransportError,
  type Upload,
  type UpstreamConfig,
  type UpstreamNode,
  type UpstreamNodes,
  type UpstreamTimeout,
  type WaitUntil,
} from 'proxy-mirror';
import { bunRuntime } from 'proxy-mirror/bun';
import { denoRuntime } from 'proxy-mirror/deno';
import { fileStore, type FileStoreOptions } from 'proxy-mirror/file-store';
import {
  nodeRuntime,
  runtime,
  type Certificate,
  type FetchApp,
  type ForkOptions,
  type Listening,
  type ListenOptions,
  type NameOptions,
  type Output,
  type RuntimeOptions,
  type ServerRuntime,
  type TlsListenOptions,
  type WriteOutput,
} from 'proxy-mirror/node';
import { workersRuntime } from 'proxy-mirror/workers';

const mirror: MirrorConfig = { host: 'http://127.0.0.1:9797', sample_ratio: 0.5 };
const config: ProxyMirrorConfig = mirror;
const onOutcome: OutcomeHook = (copy: CopyReport) => copy.outcome;
const onComparison: ComparisonHook = (pair: ComparisonReport) => pair.result;
const options: ProxyMirrorOptions = { onOutcome, onComparison, mirrorMemory: 1024 };

const nodes: UpstreamNodes = { '127.0.0.1:1999': 1 };
const upstream: UpstreamConfig = { nodes };
const plugins: PluginsConfig = { 'proxy-mirror': config };
const routes: RouteInput[] = [
  { uri: '/*', methods: ['GET' satisfies RouteMethod], upstream, plugins },
];
const document: RoutesDocument = { routes: [] };

function runtimes(given: RuntimeOptions): ServerRuntime[] {
  return [nodeRuntime(given), bunRuntime(given), denoRuntime(given), runtime(given)];
}

function stores(namespace: KvNamespace, kv: KvStoreOptions, file: FileStoreOptions): Store[] {
  return [memoryStore(document), kvStore(namespace, kv), fileStore('routes.json', file)];
}

function gateway(): Gateway {
  const given: GatewayOptions = { routes, onOutcome, runtime: workersRuntime() };
  const made = createGateway(given);
  made.app.use(async (c, next) => {
    await next();
    c.header('x-seen', 'yes');
  });
  made.app.get('/healthz', (c) => c.text('ok'));
  return made;
}

export const forked: ForkOptions | undefined = nodeRuntime().fork?.([]);

export async function serve(given: ListenOptions, certificate: Certificate): Promise<Listening> {
  const app: FetchApp = gateway();
  const tls: TlsListenOptions = { port: 9443, certificates: [certificate] };
  return nodeRuntime().listen({ ...given, app, tls });
}

/** Apps with types of their own for bindings, variables and a base path. */
export function apps() {
  const plain = new Hono().use(proxyMirror(config, options)).all('*', gateway().handler);
  const typed = new Hono<{ Bindings: { KEY: string }; Variables: { user: string } }>()
    .basePath('/api')
    .use('*', proxyMirror(config))
    .get('/user', (c) => c.json({ user: c.var.user, key: c.env.KEY }))
    .all('/*', gateway().handler);
  const handler: FetchHandler<[env: { KEY: string }]> = (request, env) =>
    new Response(request.url + env.KEY);
  const mirrored: MirrorHandler<[env: { KEY: string }]> = mirrorFetch(handler, config, options);
  const listened: FetchApp[] = [plain, typed, { fetch: () => new Response('plain') }, gateway()];
  return [...listened, mirrored, plain.route('/gateway', gateway().app)];
}

/** What came of reading routes again, as text. */
export async function readAgain(): Promise<string> {
  const refreshed: Refreshed = await gateway().refresh();
  return refreshed.result === 'failure' ? refreshed.error.message : `${refreshed.routes} routes`;
}

/** What one mirror responded. */
export async function differing(filter: ReportFilter): Promise<MirrorReport[]> {
  const report: Report = await gateway().report(filter);
  return report.mirrors.filter(({ different }) => different > 0);
}

/** What a program does at its end. */
export async function stop(middleware: MirrorMiddleware): Promise<void> {
  const all: Drainable[] = [middleware, gateway()];
  await Promise.all(all.map((one) => one.drain(5000)));
}

export function faultsOf(error: unknown): readonly (ConfigFault | string)[] {
  if (error instanceof ConfigError) return error.code === 'ERR_INVALID_CONFIG' ? error.faults : [];
  return error instanceof StoreError ? [error.place, ...error.faults] : [];
}

export function missing(place: StorePlace): StoreError {
  const fault: StoreFault = { ...place, expected: 'a row', found: 'none', remedy: 'add one' };
  return new StoreError(fault);
}

/** The rest: types that these are made of. */
export type Others = [
  BodySource,
  BreakerConfig,
  Call<Reply>,
  CompareConfig,
  ComparedHeaders,
  ComparedPair,
  Comparison,
  ComparisonEvent,
  ConnectionLeft,
  CopyEvent,
  CopyResponse,
  Destination,
  DestinationFault,
  TlsConfig,
  Difference,
  DifferenceKind,
  DifferenceReport,
  EndpointReport,
  ExampleReport,
  FailureKind,
  Forward,
  GatewayEvent,
  GatewayStatus,
  HeaderChanges,
  HeaderList,
  Informed,
  Interim,
  KeepAlive,
  KeepalivePool,
  LightResponse,
  NameOptions,
  NotCompared,
  Outbound,
  Outcome,
  Output,
  PairFacts,
  PluginMeta,
  Received,
  RedactConfig,
  Reload,
  ReportQuantiles,
  ReportScope,
  RequestFacts,
  ResponseFacts,
  ResourceDescription,
  ResourceId,
  ResponseTap,
  RouteConfig,
  Runtime,
  SendCopy,
  SkipReason,
  StartThread,
  StatusClass,
  Tap,
  Thread,
  ThreadEvents,
  Timeouts,
  TransportError,
  Upload,
  UpstreamNode,
  UpstreamTimeout,
  WaitUntil,
  WriteOutput,
];

export { runtimes, stores };
