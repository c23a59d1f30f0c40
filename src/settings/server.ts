import { type Lookup, readShared, setting, type SharedSettings } from './shared.ts';
import { DEFAULTS } from './defaults.ts';
import { SERVER_SETTINGS } from './table.ts';
import { readTls, type TlsSettings } from './tls.ts';
import {
  host,
  oneOf,
  origin,
  ratio,
  type Read,
  seconds,
  sizeWithin,
  SettingError,
  wholeNumber,
  words,
} from './values.ts';
import type { Fault } from '../config/fault.ts';
import type { RouteInput } from '../config/document.ts';
import { baselineTest } from '../config/compare.ts';
import { type Method, METHODS } from '../config/fields.ts';
import type { MirrorConfig } from '../config/proxy-mirror.ts';
import { UNIX_PEER } from '../http/cidr.ts';
import { quoted } from '../http/quoted.ts';
import { checkRoute } from '../config/route.ts';
import { LOG_FORMATS, type LogFormat } from '../telemetry/line.ts';

/** What a server is told. What holds without is in `DEFAULTS`. */
export interface ServerSettings extends SharedSettings {
  /** 0: any free port. */
  readonly port: number;
  /** Address to listen on, or `unix:/path`. */
  readonly host: string;
  /** Whether the connections of trusted proxies begin with a header of the PROXY protocol. */
  readonly proxyProtocol: boolean;
  /** Port of the control plane, 0 for any free one; `null`: `port`. */
  readonly adminPort: number | null;
  /** The routes document, or the one route made of the flags `--upstream` and `--mirror`. */
  readonly routes: RoutesFile | readonly RouteInput[];
  /** Seconds after SIGTERM in which only readiness changes. */
  readonly shutdownDelay: number;
  /** Seconds for which a shutdown waits for requests and copies in flight. */
  readonly shutdownTimeout: number;
  /** Seconds that a client may take for a head, or between two reads or writes of a body. */
  readonly clientTimeout: number;
  /** `null`: the listener's default, which depends on the limit of file descriptors. */
  readonly maxConnections: number | null;
  /** Most bytes of a request's head; `null`: the listener's default. */
  readonly maxHeadSize: number | null;
  readonly logFormat: LogFormat;
  /** Processes that share the port; `auto`: one a core. */
  readonly workers: number | 'auto';
  /** `null`: no TLS. */
  readonly tls: TlsSettings | null;
}

/** Where the routes document is. */
export interface RoutesFile {
  readonly path: string;
  /** False for the default path, which alone may be missing. */
  readonly given: boolean;
}

/** Values of command line flags, by name without the dashes. */
export type Flags = Readonly<Record<string, string | undefined>>;

const PORT_NUMBER = wholeNumber(0, 65_535);

/** More than any machine has cores. */
const MAX_WORKERS = 256;

const workerCount: Read<number | 'auto'> = (text, from) =>
  text === 'auto' ? text : wholeNumber(1, MAX_WORKERS, ', or auto,')(text, from);

type Environment = Readonly<Record<string, string | undefined>>;

const FLAG_OF_VARIABLE: ReadonlyMap<string | undefined, string | undefined> = new Map(
  SERVER_SETTINGS.map(({ variable, flag }) => [variable, flag]),
);

/**
 * Reads the settings of a server. A flag wins over its environment variable.
 *
 * @param all all values of each flag
 * @throws SettingError whose message is the line to print
 */
export function readServerSettings(
  flags: Flags,
  environment: Environment,
  all: Readonly<Record<string, readonly string[]>> = {},
): ServerSettings {
  const lookup = lookupIn(flags, environment);
  const settings = readEach(lookup, flags, environment, all);
  refuseTogether(settings);
  return settings;
}

function readEach(
  lookup: Lookup,
  flags: Flags,
  environment: Environment,
  all: Readonly<Record<string, readonly string[]>>,
): ServerSettings {
  return {
    ...readShared(lookup),
    port: setting(lookup, 'PORT', PORT_NUMBER, DEFAULTS.port),
    adminPort: setting<number | null>(lookup, 'ADMIN_PORT', PORT_NUMBER, null),
    host: setting(lookup, 'HOST', host, DEFAULTS.host),
    proxyProtocol:
      flags['proxy-protocol'] !== undefined ||
      setting(lookup, 'PROXY_PROTOCOL', oneOf(['on', 'off']), 'off') === 'on',
    routes: routeOf(flags) ?? readRoutesFile(flags, environment),
    clientTimeout: setting(lookup, 'CLIENT_TIMEOUT', seconds(0.1, 86_400), DEFAULTS.clientTimeout),
    maxConnections: setting<number | null>(
      lookup,
      'MAX_CONNECTIONS',
      wholeNumber(1, 1_000_000),
      null,
    ),
    maxHeadSize: setting<number | null>(lookup, 'MAX_HEAD_SIZE', sizeWithin(1024, 2 ** 20), null),
    shutdownDelay: setting(lookup, 'SHUTDOWN_DELAY', seconds(0, 86_400), DEFAULTS.shutdownDelay),
    shutdownTimeout: setting(
      lookup,
      'SHUTDOWN_TIMEOUT',
      seconds(0, 86_400),
      DEFAULTS.shutdownTimeout,
    ),
    logFormat: setting(lookup, 'LOG_FORMAT', oneOf(LOG_FORMATS), DEFAULTS.logFormat),
    workers: setting<number | 'auto'>(lookup, 'WORKERS', workerCount, DEFAULTS.workers),
    tls: readTls(lookup, PORT_NUMBER, (flag) => all[flag]),
  };
}

/** What is right alone, and wrong together. */
function refuseTogether({ host: at, tls, proxyProtocol, trustedProxies }: ServerSettings): void {
  if (at.startsWith(UNIX_PEER) && tls !== null)
    throw new SettingError(
      'TLS_PORT: expected a HOST that is an address beside it, found a socket',
    );
  if (proxyProtocol && trustedProxies.length === 0)
    throw new SettingError(
      'PROXY_PROTOCOL: expected TRUSTED_PROXIES beside it, whose headers are believed, found none',
    );
}

/** Reads the port alone; `null` if none is given. */
export function readPort(flags: Flags, environment: Environment): number | null {
  return setting<number | null>(lookupIn(flags, environment), 'PORT', PORT_NUMBER, null);
}

/** Reads which file has the routes, for commands that need no other setting. */
export function readRoutesFile(flags: Flags, environment: Environment): RoutesFile {
  const read: Read<RoutesFile> = (text, from) => ({ path: words(text, from), given: true });
  const fallback = { path: DEFAULTS.routes, given: false };
  return setting(lookupIn(flags, environment), 'ROUTES', read, fallback);
}

function lookupIn(flags: Flags, environment: Environment): Lookup {
  return (variable) => {
    const flag = FLAG_OF_VARIABLE.get(variable);
    const given = flag === undefined ? undefined : flags[flag];
    if (given !== undefined) return { text: given, from: `--${flag}` };
    const text = environment[variable];
    return text === undefined ? undefined : { text, from: variable };
  };
}

/** One route for all requests, made of `--upstream` and `--mirror`; `null` when neither is given. */
function routeOf(flags: Flags): readonly RouteInput[] | null {
  const { upstream, mirror, 'sample-ratio': share, methods, compare, baseline, routes } = flags;
  const given = [upstream, mirror, share, methods, compare, baseline];
  if (given.every((value) => value === undefined)) return null;
  if (routes !== undefined) {
    throw new SettingError(
      '--routes: expected alone, found with --upstream or --mirror; give one or the other',
    );
  }
  if (upstream === undefined || mirror === undefined) {
    throw new SettingError(
      '--upstream and --mirror: expected both, such as --upstream http://127.0.0.1:1999 --mirror http://127.0.0.1:9797',
    );
  }
  const primary = serverAt(upstream, '--upstream');
  const copied = serverAt(mirror, '--mirror');
  const route: RouteInput = {
    id: '1',
    uri: '/*',
    upstream: {
      type: 'roundrobin',
      scheme: primary.scheme,
      nodes: { [primary.host]: 1 },
    },
    plugins: {
      'proxy-mirror': {
        host: `${copied.scheme}://${copied.host}`,
        ...(share !== undefined && { sample_ratio: ratio(share, '--sample-ratio') }),
        ...(methods !== undefined && { methods: methodsOf(methods) }),
        ...comparing(compare, baseline),
      },
    },
  };
  refuseUnusable(route);
  return [route];
}

/** @example serverAt('grpcs://a.example', '--mirror') // { scheme: 'grpcs', host: 'a.example' } */
function serverAt(
  text: string,
  from: string,
): { readonly scheme: 'http' | 'https' | 'grpc' | 'grpcs'; readonly host: string } {
  const isGrpc = /^grpcs?:/.test(text);
  // A URL with any other scheme is parsed by other rules.
  const url = origin(isGrpc ? text.replace('grpc', 'http') : text, from);
  const secure = url.protocol === 'https:' ? 's' : '';
  return { scheme: isGrpc ? `grpc${secure}` : `http${secure}`, host: url.host };
}

function comparing(
  compare: string | undefined,
  baseline: string | undefined,
): Pick<MirrorConfig, 'compare'> {
  if (baseline === undefined) return compare === undefined ? {} : { compare: true };
  if (compare === undefined)
    throw new SettingError('--baseline: expected --compare beside it; give both or neither');
  const fault = baselineTest(baseline);
  if (fault !== undefined) throw new SettingError(`--baseline: ${fault}`);
  return { compare: { baseline } };
}

function methodsOf(text: string): readonly Method[] {
  const given = text.split(',').map((name) => name.trim().toUpperCase());
  const known: readonly string[] = METHODS;
  if (given.every((name) => known.includes(name))) return [...new Set(given)] as Method[];
  throw new SettingError(
    `--methods: expected some of ${METHODS.join(',')}, such as GET,HEAD, found ${quoted(text)}`,
  );
}

/** Refuses URLs that are valid but cannot be a node or a mirror: with port 0, or an underscore in the host. */
function refuseUnusable(route: RouteInput): void {
  const checked = checkRoute(route);
  if (checked.ok) return;
  const [{ path, message }] = checked.faults as [Fault];
  throw new SettingError(`${path[0] === 'upstream' ? '--upstream' : '--mirror'}: ${message}`);
}
