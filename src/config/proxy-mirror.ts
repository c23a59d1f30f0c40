import * as v from 'valibot';
import type { TlsConfig } from '../http/destination.ts';
import { VarsError } from '../vars/error.ts';
import { compileVariable } from '../vars/variable.ts';
import {
  compare,
  type CompareConfig,
  compareFaults,
  redact,
  type RedactConfig,
} from './compare.ts';
import { expressionFaults, hostName, type Method, methods, seconds } from './fields.ts';
import { type Checked, type Fault, under, HIDE_PATH, verdict } from './fault.ts';
import { hazards } from './hazard.ts';
import { mirrorHost } from './mirror-host.ts';
import { type HeaderChanges, headerChanges } from './mirror-headers.ts';
import { type Named, named } from './mirror-names.ts';
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
  type Schema,
  string,
  object,
  type Test,
} from './schema.ts';
import { hinted, mismatch, missing } from './messages.ts';
import { tls } from './tls.ts';
import { passHostFaults } from './upstream.ts';

/** One mirror: APISIX's attributes and, from `sample_key` on, the ones that only this gateway has. */
export interface MirrorConfig {
  /** `http://`, `https://`, `grpc://` or `grpcs://`, a host and optionally a port. */
  readonly host: string;
  /** Path of the copy, without query. Default: the request's path. */
  readonly path?: string;
  /** Whether `path` replaces the request's path or goes in front of it. Default `replace`. */
  readonly path_concat_mode?: 'replace' | 'prefix';
  /** Share of requests to copy, 0.00001 to 1. Default 1. */
  readonly sample_ratio?: number;
  readonly _meta?: PluginMeta;
  /** Name of a `vars` variable: requests with the same value are all copied or all not. Default: random. */
  readonly sample_key?: string;
  /** The copy's Host: the one the upstream gets, the mirror's own, or `upstream_host`. Default `pass`. */
  readonly pass_host?: 'pass' | 'node' | 'rewrite';
  readonly upstream_host?: string;
  readonly headers?: HeaderChanges;
  /** Seconds a copy may take. Default 10. */
  readonly timeout?: number;
  /** Largest request body that is copied, in bytes. Default 1048576. */
  readonly max_body_size?: number;
  /** Most copies in flight to this mirror. Default 128. */
  readonly max_in_flight?: number;
  /** Copies per second. Default: no limit. */
  readonly rate_limit?: number;
  /** Default `{ failures: 10, open: 5 }`; `false`: no circuit breaker. */
  readonly breaker?: false | BreakerConfig;
  /** Methods of the requests that are copied. Absent or empty: any method. */
  readonly methods?: readonly Method[];
  /** How the mirror's responses are compared with the primary's; `true`: by all defaults. Default: not at all. */
  readonly compare?: boolean | CompareConfig;
  /** Values that must not leave the process. Credentials never do. */
  readonly redact?: RedactConfig;
  /** Of the connections to an `https://` or `grpcs://` mirror. */
  readonly tls?: TlsConfig;
}

/** A circuit breaker: it opens after consecutive failures and then blocks copies for a while. */
export interface BreakerConfig {
  /** Consecutive failures that open it. Default 10. */
  readonly failures?: number;
  /** Seconds it first stays open. Default 5. */
  readonly open?: number;
}

/** APISIX's `_meta`, which every plugin may have, without the attributes that need Lua. */
export interface PluginMeta {
  readonly disable?: boolean;
  /** A `vars` expression; requests that it does not match are not copied. */
  readonly filter?: readonly unknown[];
  /** Accepted and without effect: there is only one plugin. */
  readonly priority?: number;
}

/** The plugin's configuration: one mirror, or a list `mirrors` and, beside it, defaults for each of them. */
export interface ProxyMirrorConfig extends Omit<MirrorConfig, 'host'> {
  readonly host?: string;
  /** Accepted and without effect: dashboards of APISIX write it. `_meta.disable` turns the plugin off. */
  readonly disable?: false;
  readonly mirrors?: readonly MirrorConfig[];
}

export const PATH = '^/[^?&]+$';
const PATH_HINT =
  'expected "/" and at least one more character, no "?", "&" or control characters; ' +
  'the query of the request is kept';

// HTTP servers refuse control characters in a request line, so such a copy could never arrive.
const CONTROL = /\p{Cc}/u;
export const mirrorPath: Test<string> = (path) =>
  CONTROL.test(path) ? mismatch(PATH, path, PATH_HINT) : pattern(PATH, PATH_HINT)(path);

export const variable: Test<string> = (name) => {
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
      error_response: 'this plugin never responds to a client',
    },
  },
);

export const breakerObject: Schema<BreakerConfig> = object<BreakerConfig>({
  failures: integer(atLeast(1)),
  // The time doubles with each failed probe, up to 300 s, so it must not start above that.
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
  methods: methods(),
  compare: compare(),
  redact: redact(),
  tls: tls(),
};

export const mirrorSchema: Schema<MirrorConfig> = object<MirrorConfig>(attributes, {
  required: ['host'],
});
// `mirrorFaults` checks the items of `mirrors` one by one: each inherits what stands beside the list.
export const pluginSchema: Schema<ProxyMirrorConfig> = object<ProxyMirrorConfig>({
  ...attributes,
  mirrors: list(anything(), { min: 1 }),
  disable: typed<false>('boolean', isBoolean, notDisabled),
});

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

export function notDisabled(value: boolean): string | undefined {
  if (!value) return undefined;
  const hint = 'expected false; to turn the plugin off, write "_meta": {"disable": true}';
  return hinted('matches none of the enum values', hint);
}

function anything(): v.GenericSchema<MirrorConfig> {
  return typed('object', () => true);
}

/**
 * Checks the plugin's configuration, the value of `plugins.proxy-mirror`.
 *
 * @returns the same object, without defaults filled in, or all its faults
 * @example
 * checkProxyMirror({ host: 'http://127.0.0.1:9797', sample_ratio: 0.1 }) // { ok: true, value }
 */
export function checkProxyMirror(value: unknown): Checked<ProxyMirrorConfig> {
  const dangers = hazards(value);
  return verdict(value, dangers.length > 0 ? dangers : proxyMirrorFaults(value));
}

/** Like `checkProxyMirror`, for a value inside a document that `hazards` has already checked. */
export function proxyMirrorFaults(value: unknown): Fault[] {
  const faults = isDisabled(value) ? [] : faultsOf(pluginSchema, value);
  if (!isObject(value)) return faults;
  if (!isDisabled(value)) faults.push(...ruleFaults(value));
  return [...faults, ...filterFaults(value)];
}

/**
 * Whether `_meta.disable` is true. As in APISIX, only `_meta.filter` of a disabled plugin is checked: the plugin
 * never runs. So code must not rely on anything but `_meta` in a disabled plugin.
 */
export function isDisabled(value: unknown): boolean {
  const held = isObject(value) ? value['_meta'] : undefined;
  return isObject(held) && held['disable'] === true;
}

function ruleFaults(value: Readonly<Record<string, unknown>>): Fault[] {
  const { host, mirrors } = value;
  const items = Array.isArray(mirrors) ? mirrors : [];
  // With a list of mirrors, `mirrorFaults` applies this rule to each mirror and what it inherits.
  const faults = items.length > 0 ? [] : passHostFaults(value).map(inPlugin);
  faults.push(...compareFaults(value['compare']));
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
    ...compareFaults(mirror['compare']),
    ...filterFaults(mirror),
  ];
}

function filterFaults({ _meta: held }: Readonly<Record<string, unknown>>): Fault[] {
  return isObject(held) ? expressionFaults(held['filter'], ['_meta', 'filter']) : [];
}

// The rule is shared with upstreams, where APISIX reports it without a prefix. In a plugin it has the prefix of
// the plugin.
function inPlugin({ path, message }: Fault): Fault {
  return { path, message, hiddenSteps: HIDE_PATH };
}

/**
 * The mirrors of a checked plugin that is not disabled, with their names. Attributes beside `mirrors` are defaults for each
 * mirror. `_meta` is merged key by key, so that a `disable` or `filter` beside the list applies to mirrors that have
 * a `_meta` of their own.
 *
 * @example
 * mirrorsOf({ sample_ratio: 0.1, mirrors: [{ host: 'http://a' }] })
 * // [{ sample_ratio: 0.1, host: 'http://a', name: 'http://a' }]
 */
export function mirrorsOf(config: ProxyMirrorConfig): Named<MirrorConfig>[] {
  const { mirrors = [{} as MirrorConfig], disable: _nothing, ...shared } = config;
  return named(
    mirrors.map((mirror) => ({
      ...shared,
      ...mirror,
      ...(shared._meta && { _meta: { ...shared._meta, ...mirror._meta } }),
    })),
  );
}
