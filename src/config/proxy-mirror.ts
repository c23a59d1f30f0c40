import * as v from 'valibot';
import { VarsError } from '../vars/error.ts';
import { compileVariable } from '../vars/variable.ts';
import { expressionFaults, hostName, seconds } from './fields.ts';
import { type Checked, type Fault, under, HIDE_PATH, verdict } from './fault.ts';
import { hazards } from './hazard.ts';
import { type HeaderChanges, headerChanges } from './mirror-headers.ts';
import {
  above,
  array,
  atLeast,
  atMost,
  boolean,
  choice,
  faultsOf,
  integer,
  isObject,
  list,
  number,
  typed,
  pattern,
  string,
  object,
  type Test,
} from './schema.ts';
import { hinted, mismatch, missing } from './text.ts';
import { passHostFaults } from './upstream.ts';

/** One mirror: APISIX's attributes and, from `sample_key` on, ours. */
export interface MirrorConfig {
  /** `http://` or `https://`, a host and optionally a port. */
  readonly host: string;
  readonly path?: string;
  /** Default `replace`. */
  readonly path_concat_mode?: 'replace' | 'prefix';
  /** Share of requests copied, 0.00001 to 1. Default 1. */
  readonly sample_ratio?: number;
  readonly _meta?: PluginMeta;
  readonly sample_key?: string;
  /** Default `pass`. */
  readonly pass_host?: 'pass' | 'node' | 'rewrite';
  readonly upstream_host?: string;
  readonly headers?: HeaderChanges;
  /** Seconds. Default 10. */
  readonly timeout?: number;
  /** Bytes. Default 1048576. */
  readonly max_body_size?: number;
  /** Default 128. */
  readonly max_in_flight?: number;
  /** Copies per second. Default: no limit. */
  readonly rate_limit?: number;
  /** Default `{ failures: 10, open: 5 }`; `false` for none. */
  readonly breaker?: false | BreakerConfig;
}

export interface BreakerConfig {
  /** Failures in a row that open it. Default 10. */
  readonly failures?: number;
  /** Seconds. Default 5. */
  readonly open?: number;
}

/** What APISIX lets every plugin carry, less what needs Lua. */
export interface PluginMeta {
  readonly disable?: boolean;
  /** A `vars` expression. */
  readonly filter?: readonly unknown[];
  readonly priority?: number;
}

/** The plugin's configuration: one mirror, or several with what they share beside `mirrors`. */
export interface ProxyMirrorConfig extends Omit<MirrorConfig, 'host'> {
  readonly host?: string;
  readonly mirrors?: readonly MirrorConfig[];
}

const HOST = '^(http(s)?|grpc(s)?):\\/\\/([\\da-zA-Z.-]+|\\[[\\da-fA-F:]+\\])(:\\d+)?$';
const HOST_HINT =
  'expected http:// or https://, a host and optionally a port, no path: put a path in "path"';
const PATH = '^/[^?&]+$';
const PATH_HINT =
  'expected "/" and at least one more character, no "?", "&" or control characters; ' +
  'the query of the request is kept';

const mirrorHost: Test<string> = (host) => {
  if (/^grpcs?:\/\//.test(host)) {
    return 'grpc:// and grpcs:// are not supported: gRPC needs HTTP/2 trailers, which this gateway does not have';
  }
  const fault = pattern(HOST, HOST_HINT)(host);
  if (fault !== undefined) return fault;
  const port = /:(\d+)$/.exec(host)?.[1];
  // APISIX lets these through and fails on every copy.
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) {
    return hinted(`invalid port ${port}`, 'expected 1 to 65535');
  }
  return URL.canParse(host) ? undefined : mismatch(HOST, host, HOST_HINT);
};

// Every runtime's request parser refuses control characters, so such a copy could never arrive.
const CONTROL = /\p{Cc}/u;
const mirrorPath: Test<string> = (path) =>
  CONTROL.test(path) ? mismatch(PATH, path, PATH_HINT) : pattern(PATH, PATH_HINT)(path);

const variable: Test<string> = (name) => {
  try {
    compileVariable(name);
    return undefined;
  } catch (error) {
    if (error instanceof VarsError) return error.message;
    throw error;
  }
};

const meta = object<PluginMeta>(
  { disable: boolean(), filter: array(), priority: integer() },
  {
    refused: {
      pre_function: 'no Lua runs here: use "filter", an expression like "vars"',
      error_response: 'this plugin never answers a client',
    },
  },
);

const breakerObject = object<BreakerConfig>({
  failures: integer(atLeast(1)),
  // The pause doubles up to 300 s, so it cannot start above that.
  open: number(above(0), atMost(300)),
});

const breaker = v.lazy((value) =>
  isObject(value) ? breakerObject : typed<false>('object or false', (other) => other === false),
);

const attributes = {
  host: string(mirrorHost),
  path: string(mirrorPath),
  path_concat_mode: choice('replace', 'prefix'),
  sample_ratio: number(atLeast(0.00001), atMost(1)),
  _meta: meta,
  sample_key: string(variable),
  pass_host: choice('pass', 'node', 'rewrite'),
  upstream_host: hostName(),
  headers: headerChanges(),
  timeout: seconds(),
  max_body_size: integer(atLeast(0)),
  max_in_flight: integer(atLeast(1)),
  rate_limit: number(above(0)),
  breaker,
};

const mirrorSchema = object<MirrorConfig>(attributes, { required: ['host'] });
// The list's items are looked at one by one, with the rules that no schema can say.
const schema = object<ProxyMirrorConfig>({ ...attributes, mirrors: list(anything(), { min: 1 }) });

function anything(): v.GenericSchema<MirrorConfig> {
  return typed('object', () => true);
}

/**
 * Checks what stands under `plugins.proxy-mirror`.
 *
 * @returns the same object, no defaults filled in, or all faults
 * @example
 * checkProxyMirror({ host: 'http://127.0.0.1:9797', sample_ratio: 0.1 }) // { ok: true, value }
 */
export function checkProxyMirror(value: unknown): Checked<ProxyMirrorConfig> {
  const dangers = hazards(value);
  return verdict(value, dangers.length > 0 ? dangers : proxyMirrorFaults(value));
}

/** As `checkProxyMirror`, for a value that was already found harmless as part of a document. */
export function proxyMirrorFaults(value: unknown): Fault[] {
  const faults = isDisabled(value) ? [] : faultsOf(schema, value);
  if (!isObject(value)) return faults;
  if (!isDisabled(value)) faults.push(...ruleFaults(value));
  return [...faults, ...filterFaults(value)];
}

/**
 * APISIX accepts whatever a disabled plugin holds, as it never runs: only `_meta.filter` is still
 * looked at. So nothing but `_meta` may be relied on in a disabled plugin.
 */
export function isDisabled(value: unknown): boolean {
  const held = isObject(value) ? value['_meta'] : undefined;
  return isObject(held) && held['disable'] === true;
}

function ruleFaults(value: Readonly<Record<string, unknown>>): Fault[] {
  const { host, mirrors } = value;
  const items = Array.isArray(mirrors) ? mirrors : [];
  // With several mirrors each is looked at with what it inherits.
  const faults = items.length > 0 ? [] : passHostFaults(value).map(inPlugin);
  if (host === undefined && mirrors === undefined) {
    faults.push({ path: ['host'], message: missing('host'), hiddenSteps: 1 });
  }
  if (host !== undefined && mirrors !== undefined) {
    const message = 'only one of host or mirrors is allowed';
    faults.push({ path: ['mirrors'], message, hiddenSteps: HIDE_PATH });
  }
  return [
    ...faults,
    ...items.flatMap((item, i) => under(['mirrors', i], mirrorFaults(item, value))),
  ];
}

function mirrorFaults(mirror: unknown, shared: object): Fault[] {
  if (isDisabled(mirror)) return filterFaults(mirror as Record<string, unknown>);
  const faults = faultsOf(mirrorSchema, mirror);
  if (!isObject(mirror)) return faults;
  return [
    ...faults,
    ...passHostFaults({ ...shared, ...mirror }).map(inPlugin),
    ...filterFaults(mirror),
  ];
}

function filterFaults({ _meta: held }: Readonly<Record<string, unknown>>): Fault[] {
  return isObject(held) ? expressionFaults(held['filter'], ['_meta', 'filter']) : [];
}

// An upstream's rule, which APISIX words without a prefix; a plugin's fault has the plugin's.
function inPlugin({ path, message }: Fault): Fault {
  return { path, message, hiddenSteps: HIDE_PATH };
}

/**
 * The mirrors of a checked and not disabled plugin. What stands beside `mirrors` is the default of
 * each of them; in `_meta` that holds key by key, so a `disable` or a `filter` for all stays one.
 *
 * @example
 * mirrorsOf({ sample_ratio: 0.1, mirrors: [{ host: 'http://a' }] })
 * // [{ sample_ratio: 0.1, host: 'http://a' }]
 */
export function mirrorsOf({ mirrors, ...shared }: ProxyMirrorConfig): MirrorConfig[] {
  if (mirrors === undefined) return [shared as MirrorConfig];
  return mirrors.map((mirror) => ({
    ...shared,
    ...mirror,
    ...(shared._meta && { _meta: { ...shared._meta, ...mirror._meta } }),
  }));
}
