import { KEEP_ALIVE, type TlsConfig } from '../../http/destination.ts';
import type { CompareConfig, ComparedHeaders, RedactConfig } from '../compare.ts';
import { COMPARE_DEFAULTS, MIRROR_DEFAULTS, UPSTREAM_DEFAULTS } from '../defaults.ts';
import type { RoutesDocument } from '../document.ts';
import type { Timeout } from '../fields.ts';
import type { HeaderChanges } from '../mirror-headers.ts';
import type { NodeEntry } from '../nodes.ts';
import type { PluginsConfig } from '../plugins.ts';
import type {
  BreakerConfig,
  MirrorConfig,
  PluginMeta,
  ProxyMirrorConfig,
} from '../proxy-mirror.ts';
import type { RouteConfig } from '../route.ts';
import type { KeepalivePool, UpstreamConfig } from '../upstream.ts';

/** One sentence or two for each field: the compiler shows which one is missing. */
type Words<T> = { readonly [K in keyof Required<T>]: string };

/** An object of the document, as editors show it. */
export interface ObjectWords {
  readonly description: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What is meant by fields that are left out. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

const description = {
  name: 'A name for people. It has no effect.',
  desc: 'A description for people. It has no effect.',
  labels: 'Labels for people and programs. They have no effect.',
  create_time: 'Unix time in seconds. The admin API writes it.',
  update_time: 'Unix time in seconds. The admin API writes it.',
};

const document: Words<{ $schema: string } & Pick<RoutesDocument, 'routes' | 'expires'>> = {
  $schema: 'Path or URL of this schema, for editors. The gateway does not read it.',
  routes: 'The routes. Their order has no effect: see `priority`.',
  expires:
    'Unix time in seconds at which a route expires, by its id. The admin API writes it for `?ttl=`.',
};

const route: Words<RouteConfig> = {
  ...description,
  id: 'Id of the route, also in the admin API, the log and metrics. `1` and `"1"` are the same. Default: its place in the list, counted from 1.',
  uri: 'Path of the requests: `/a` is that path alone, `/a/*` all that start with `/a/`. Either `uri` or `uris`.',
  uris: 'Several paths, as in `uri`.',
  host: 'Host of the requests, without regard to case; `*.example.com` is any subdomain. Default: any host.',
  hosts: 'Several hosts, as in `host`.',
  remote_addr: "The client's address or a CIDR, such as `10.0.0.0/8`. Default: any address.",
  remote_addrs: 'Several addresses or CIDRs, as in `remote_addr`.',
  methods: 'Methods of the requests. GET does not include HEAD. Left out or empty: any method.',
  priority: 'Order among routes with the same path pattern: the highest that matches is taken.',
  vars: 'A condition on the request, such as `[["http_x_canary", "==", "yes"]]`; see APISIX\'s `vars`.',
  timeout: "Timeouts of exchanges with the upstream, in place of the upstream's own.",
  enable_websocket: 'Whether WebSockets are forwarded.',
  status: '0 takes the route out of service.',
  plugins: 'What is done with requests of this route beside forwarding them.',
  upstream: 'Where requests go.',
};

const upstream: Words<UpstreamConfig> = {
  ...description,
  id: 'An id for people and programs. It has no effect.',
  nodes:
    'Servers and their weights: `{"10.0.0.1:8080": 1}`, or a list of objects. A weight of 0 gets no requests.',
  type: 'How a node is chosen: in turn by weight, by the hash of `key`, or the one with the fewest requests under way.',
  scheme: 'Protocol of the nodes. `grpc` and `grpcs` are HTTP/2, and refused on Workers.',
  pass_host: "Host that nodes get: the client's, the node's own, or `upstream_host`.",
  upstream_host: 'Host that nodes get with `pass_host: rewrite`.',
  retries: 'Further nodes that are tried after the first. Default: the number of nodes minus one.',
  retry_timeout: 'Seconds after which no further node is tried. 0: no limit.',
  timeout: "Timeouts of an exchange. The route's own win.",
  hash_on: 'What `key` is the name of, with `type: chash`.',
  key: 'With `type: chash`, requests with the same value of this variable, header or cookie go to the same node.',
  keepalive_pool: 'Idle connections to each node. No effect on Workers.',
  tls: 'TLS of the connections to nodes, with `scheme: https` or `grpcs`. Refused on Workers.',
};

const timeout: Words<Timeout> = {
  connect: 'Seconds until a connection is there. Fractions are allowed.',
  send: 'Seconds between two writes of the request.',
  read: 'Seconds between two reads of the response.',
};

const keepalivePool: Words<KeepalivePool> = {
  size: 'Most idle connections to a node.',
  idle_timeout:
    'Seconds that a connection may be idle. Default: as long as the server says in Keep-Alive, else 4.',
  requests: 'Most requests on one connection.',
};

const tls: Words<TlsConfig> = {
  verify:
    'Whether the certificate must be valid, and be for the name that is asked for. Default: true.',
  ca: "Certificates of the authorities to trust in place of the runtime's own. PEM, or the path of a PEM file.",
  client_cert:
    'Certificate to show, with those of its issuers. PEM, or the path of a PEM file, which is read again when it changes.',
  client_key: 'The key of `client_cert`, not encrypted. PEM, or the path of a PEM file.',
};

const node: Words<NodeEntry> = {
  host: 'A name, an IPv4 address, or an IPv6 address in brackets.',
  port: 'Default: 80, or 443 with `scheme: https` or `grpcs`.',
  weight: 'Share of the requests. 0: none.',
  priority: 'Nodes of a lower priority are used only when none of a higher one is available.',
  metadata: 'Anything. It has no effect.',
};

const plugins: Words<PluginsConfig> = {
  'proxy-mirror': 'Sends copies of requests to a mirror, whose responses nobody waits for.',
};

const mirror: Words<MirrorConfig> = {
  host: 'The mirror: `http://`, `https://`, `grpc://` or `grpcs://`, a host and optionally a port, no path. The last two are refused on Workers.',
  path: "Path of the copies; the query is kept. Default: the request's path.",
  path_concat_mode: "Whether `path` replaces the request's path or goes in front of it.",
  sample_ratio: 'Share of requests that are copied.',
  _meta: 'When the plugin runs.',
  sample_key:
    'Variable such as `http_x_user`, `cookie_sid`, `arg_id` or `remote_addr`: requests with the same value are all copied or all not. Default: each is decided by itself.',
  pass_host: "Host of the copies: the one the upstream gets, the mirror's own, or `upstream_host`.",
  upstream_host: 'Host of the copies with `pass_host: rewrite`.',
  headers: 'Changes to the header fields of the copies alone.',
  timeout: 'Seconds that a copy may take. On Workers at most 25.',
  max_body_size: 'Bytes. Requests with larger bodies are not copied.',
  max_in_flight: 'Most copies to this mirror at once.',
  rate_limit: 'Most copies a second. Default: no limit.',
  breaker: 'Stops copies for a while after failures in a row. `false`: never.',
  methods: 'Methods of the requests that are copied. Left out or empty: any method.',
  compare: "Compares the mirror's responses with the primary's. `true`: by all defaults.",
  redact: 'Values that leave the process only as keyed hashes, beside those of credentials.',
  tls: 'TLS of the connections to an `https://` or `grpcs://` mirror. Refused on Workers.',
};

const proxyMirror: Words<ProxyMirrorConfig> = {
  ...mirror,
  disable: 'Has no effect: dashboards of APISIX write it. `_meta.disable` turns the plugin off.',
  mirrors: 'Several mirrors in place of `host`. Each inherits what stands beside this list.',
};

const meta: Words<PluginMeta> = {
  disable: 'Whether the plugin is out of service. What else it holds is then not checked.',
  filter: 'A condition like `vars` of a route: only requests that meet it are copied.',
  priority: 'Has no effect: there is only one plugin.',
};

const headers: Words<HeaderChanges> = {
  set: 'Fields that replace all of the same name.',
  add: 'Fields that are added to those of the same name.',
  remove: 'Names of fields that the copies do not get.',
};

const breaker: Words<BreakerConfig> = {
  failures: 'Failures in a row after which no copies are sent.',
  open: 'Seconds until a copy is tried again; after each that fails, twice as long, up to 300.',
};

const compare: Words<CompareConfig> = {
  sample_ratio: 'Share of the sent copies whose responses are compared.',
  status: 'Whether statuses are compared.',
  headers: 'Which header fields are compared.',
  body: '`auto`: JSON by value where both are JSON, else bytes.',
  ignore: 'JSON Pointers of what may differ: `*` is any index or name, `**` any number of them.',
  unordered: 'JSON Pointers of arrays whose order means nothing.',
  tolerance: 'Relative difference of two numbers that counts as none.',
  max_body_size: 'Bytes of either body, as sent. Larger ones are not compared, and not held.',
  baseline:
    '`primary`: a share of GET and HEAD requests is asked of the upstream once more; or the URL of a second instance of the old version, which gets the same copies. What differs there as well is noise.',
  baseline_ratio: 'Share of compared requests that are asked once more, with `baseline: primary`.',
  keep: 'Examples kept of each difference. 0: none.',
};

const comparedHeaders: Words<ComparedHeaders> = {
  ignore: 'Names of fields that may differ, beside those that always do, such as Date.',
  only: 'Names of the fields that are compared, in place of all.',
};

const redact: Words<RedactConfig> = {
  headers: 'Names of header fields.',
  query: 'Names of query parameters.',
  json: 'JSON Pointers into bodies of requests and responses; `*` and `**` as in `compare.ignore`.',
  copy: 'Whether copies are sent without these values, and without credentials.',
};

/**
 * The words of each object, by its title, or by the field that holds it. This is the one place for them: the schema
 * has them from here.
 */
export const WORDS: Readonly<Record<string, ObjectWords>> = {
  'routes document': {
    description: 'Routes of proxy-mirror: `routes.json`, or the key `routes` in Workers KV.',
    fields: document,
  },
  route: {
    description: 'Which requests are meant, where they go, and which mirrors get copies.',
    fields: route,
    defaults: { priority: 0, enable_websocket: false, status: 1 },
  },
  upstream: {
    description: 'Servers that respond to requests.',
    fields: upstream,
    defaults: { ...UPSTREAM_DEFAULTS, pass_host: 'pass' },
  },
  timeout: { description: 'Timeouts in seconds.', fields: timeout },
  keepalive_pool: {
    description: 'Limits of the pool of idle connections.',
    fields: keepalivePool,
    defaults: { size: KEEP_ALIVE.size, requests: KEEP_ALIVE.requests },
  },
  tls: { description: 'TLS of connections.', fields: tls, defaults: { verify: true } },
  node: { description: 'A server.', fields: node, defaults: { priority: 0 } },
  plugins: { description: 'Plugins by name.', fields: plugins },
  'proxy-mirror': {
    description: 'One mirror, or a list of them.',
    fields: proxyMirror,
    defaults: { ...MIRROR_DEFAULTS, pass_host: 'pass' },
  },
  mirror: { description: 'A mirror of several.', fields: mirror },
  _meta: {
    description: 'What every plugin of APISIX may have.',
    fields: meta,
    defaults: { disable: false },
  },
  compare: {
    description: 'How responses are compared.',
    fields: compare,
    defaults: COMPARE_DEFAULTS,
  },
  'compared headers': { description: 'Either of the two.', fields: comparedHeaders },
  redact: { description: 'What is redacted.', fields: redact, defaults: { copy: false } },
  headers: {
    description: 'Changes in the order remove, set, add. Names are without regard to case.',
    fields: headers,
  },
  breaker: {
    description: 'A circuit breaker.',
    fields: breaker,
    defaults: MIRROR_DEFAULTS.breaker,
  },
};
