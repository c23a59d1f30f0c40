import { MIRROR_DEFAULTS } from '../config/defaults.ts';
import { DEFAULTS } from './defaults.ts';

/** A setting of a server: how it is given, and its row in the help. `server.ts` reads it. */
export interface Setting {
  /** Environment variable. */
  readonly variable?: string;
  /** Without the dashes; wins over the variable. */
  readonly flag?: string;
  /** What the value is, for the help. Default: it has none. */
  readonly value?: string;
  readonly help: string;
  /** The default as users would write it. */
  readonly fallback?: string;
}

/** All settings of a server. ADMIN_KEY has no flag: other users can see command lines. */
export const SERVER_SETTINGS: readonly Setting[] = [
  {
    variable: 'PORT',
    flag: 'port',
    value: 'N',
    help: '0 picks a free one',
    fallback: String(DEFAULTS.port),
  },
  {
    variable: 'HOST',
    flag: 'host',
    value: 'ADDRESS',
    help: 'address to listen on, or unix:/path of a socket',
    fallback: DEFAULTS.host,
  },
  {
    variable: 'TLS_PORT',
    flag: 'tls-port',
    value: 'N',
    help: 'a port for TLS beside the other',
    fallback: 'none',
  },
  {
    variable: 'TLS_CERT',
    flag: 'tls-cert',
    value: 'FILE',
    help: 'its certificate; repeated, the name asked for decides',
    fallback: 'none',
  },
  {
    variable: 'TLS_KEY',
    flag: 'tls-key',
    value: 'FILE',
    help: 'the key of each certificate, in the same order',
    fallback: 'none',
  },
  {
    variable: 'ROUTES',
    flag: 'routes',
    value: 'FILE',
    help: 'routes document; only the default one may be missing',
    fallback: DEFAULTS.routes,
  },
  { flag: 'upstream', value: 'URL', help: 'in place of a file: one route /* to this upstream' },
  { flag: 'mirror', value: 'URL', help: 'the mirror of that route, which gets writes as well' },
  {
    flag: 'methods',
    value: 'LIST',
    help: 'methods that are copied, such as GET,HEAD',
    fallback: 'all',
  },
  { flag: 'compare', help: "compare the mirror's responses with the upstream's" },
  {
    flag: 'baseline',
    value: 'URL',
    help: 'with --compare: "primary", or another old instance; what differs there is noise',
  },
  {
    flag: 'sample-ratio',
    value: 'N',
    help: 'share of its requests to copy',
    fallback: String(MIRROR_DEFAULTS.sample_ratio),
  },
  { variable: 'ADMIN_KEY', value: 'KEY', help: 'key of the control plane' },
  {
    variable: 'ADMIN_PORT',
    flag: 'admin-port',
    value: 'N',
    help: 'port of the control plane, which the other then is without',
    fallback: 'none',
  },
  {
    variable: 'REDACT_KEY',
    value: 'KEY',
    help: 'key of the hashes that stand for redacted values',
    fallback: 'random',
  },
  {
    variable: 'TRUSTED_PROXIES',
    flag: 'trusted-proxies',
    value: 'LIST',
    help: 'addresses and ranges whose X-Forwarded-* are believed',
    fallback: 'none',
  },
  {
    variable: 'PROXY_PROTOCOL',
    flag: 'proxy-protocol',
    help: 'these begin their connections with a PROXY header',
    fallback: 'off',
  },
  {
    variable: 'MIRROR_MEMORY',
    flag: 'mirror-memory',
    value: 'BYTES',
    help: 'most bytes of bodies held for all copies',
    fallback: mebibytes(DEFAULTS.mirrorMemory),
  },
  {
    variable: 'SHUTDOWN_DELAY',
    flag: 'shutdown-delay',
    value: 'SECONDS',
    help: 'after SIGTERM only readiness changes, for so long',
    fallback: String(DEFAULTS.shutdownDelay),
  },
  {
    variable: 'SHUTDOWN_TIMEOUT',
    flag: 'shutdown-timeout',
    value: 'SECONDS',
    help: 'then requests and copies have so long to end',
    fallback: String(DEFAULTS.shutdownTimeout),
  },
  {
    variable: 'CLIENT_TIMEOUT',
    flag: 'client-timeout',
    value: 'SECONDS',
    help: 'how long a client may keep us waiting',
    fallback: String(DEFAULTS.clientTimeout),
  },
  {
    variable: 'MAX_CONNECTIONS',
    flag: 'max-connections',
    value: 'N',
    help: 'connections of clients at once',
    fallback: String(DEFAULTS.maxConnections),
  },
  {
    variable: 'MAX_HEAD_SIZE',
    flag: 'max-head-size',
    value: 'BYTES',
    help: 'largest head of a request, and request line if over 8K',
    fallback: '32K',
  },
  {
    variable: 'WORKERS',
    flag: 'workers',
    value: 'N',
    help: 'processes that share the port; auto: one a core',
    fallback: String(DEFAULTS.workers),
  },
  {
    variable: 'LOG_LEVEL',
    flag: 'log-level',
    value: 'LEVEL',
    help: 'debug, info, warning, error or silent',
    fallback: DEFAULTS.logLevel,
  },
  {
    variable: 'LOG_FORMAT',
    flag: 'log-format',
    value: 'FORMAT',
    help: 'json, text or auto: text on a terminal',
    fallback: DEFAULTS.logFormat,
  },
];

function mebibytes(bytes: number): string {
  return `${bytes / 2 ** 20}M`;
}
