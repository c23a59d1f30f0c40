/** How idle connections are kept for further requests. */
export interface KeepAlive {
  /** Most idle connections. */
  readonly size: number;
  /** Milliseconds until an idle connection is closed, unless the server announced a shorter time; `null`: not set. */
  readonly idleTimeout: number | null;
  /** Most requests over one connection. */
  readonly requests: number;
}

/** TLS of the connections to a destination, as it is configured. On plain connections it has no effect. */
export interface TlsConfig {
  /** Whether the certificate must be valid, and be for the name that is asked for. Default: true. */
  readonly verify?: boolean;
  /** Certificates of the authorities to trust in place of those of the runtime. PEM, or the path of a PEM file. */
  readonly ca?: string;
  /** Certificate to show to the server: with those of its issuers, PEM, or the path of a PEM file. */
  readonly client_cert?: string;
  /** The key of `client_cert`: PEM, not encrypted, or the path of a PEM file. */
  readonly client_key?: string;
}

/** Where requests are sent, and how connections to it are opened and kept. */
export interface Destination {
  /** Scheme, host and port: `http://127.0.0.1:1999`. */
  readonly origin: string;
  /**
   * The server name of TLS (SNI, RFC 6066 section 3), also checked against the certificate. `''`: none is sent,
   * and the certificate must name the address; `null`: taken from the Host of each request.
   */
  readonly serverName: string | null;
  /** `null`: the runtime's own, or no TLS. */
  readonly tls: TlsConfig | null;
  readonly keepAlive: KeepAlive;
  /** Destinations with the same key share connections. */
  readonly key: string;
}

export interface DestinationOptions {
  /** Host of requests: the client's (`pass`, the default), the origin's (`node`) or `upstream_host` (`rewrite`). */
  readonly pass_host?: 'pass' | 'node' | 'rewrite' | undefined;
  readonly upstream_host?: string | undefined;
  readonly keepAlive?: Partial<KeepAlive>;
  readonly tls?: TlsConfig | undefined;
}

/** APISIX's defaults, except for `idleTimeout`: with `null`, the client chooses a cautious one (`http1/client/`). */
export const KEEP_ALIVE: KeepAlive = { size: 320, idleTimeout: null, requests: 1000 };

/** Compiles a destination once, so that requests have nothing left to compute from its options. */
export function destination(origin: string, options: DestinationOptions = {}): Destination {
  const keepAlive = { ...KEEP_ALIVE, ...options.keepAlive };
  const isSecure = /^\w+s:/.test(origin);
  const serverName = isSecure ? serverNameFor(origin, options) : '';
  const tls = isSecure && isOwn(options.tls) ? options.tls : null;
  const key = JSON.stringify([origin, serverName, tls, keepAlive]);
  return { origin, serverName, tls, keepAlive, key };
}

/** Whether anything is configured that the runtime would not do by itself. */
function isOwn(tls: TlsConfig | undefined): tls is TlsConfig {
  return (
    tls !== undefined && (tls.verify === false || Object.keys(tls).some((k) => k !== 'verify'))
  );
}

/** The first of these that is a name: `upstream_host` if it is sent, the origin's host, the request's Host. */
function serverNameFor(
  origin: string,
  { pass_host = 'pass', upstream_host = '' }: DestinationOptions,
): string | null {
  const rewritten = pass_host === 'rewrite' ? serverNameOf(upstream_host) : '';
  const name = rewritten || serverNameOf(origin.slice(origin.indexOf('://') + 3));
  return name === '' && pass_host === 'pass' ? null : name;
}

const NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_-])?$/;

/** URLs, resolvers and browsers read a host whose last label is a number as an IPv4 address. */
const ADDRESS = /(?:^|\.)(?:\d+|0x[\da-f]*)$/;

/**
 * The server name for TLS from the value of a Host field: lower case, without port and trailing dot. `''` for
 * an address, which TLS does not allow as a server name, and for any other text that is not a name.
 *
 * @example serverNameOf('API.example.:8443') // 'api.example'
 */
export function serverNameOf(host: string): string {
  const port = host.lastIndexOf(':');
  let name = (port === -1 ? host : host.slice(0, port)).toLowerCase();
  if (name.endsWith('.')) name = name.slice(0, -1);
  return NAME.test(name) && !ADDRESS.test(name) ? name : '';
}

/** Why a runtime cannot send to a destination. */
export interface DestinationFault {
  /** What in the configuration of the upstream or mirror is at fault: `['tls', 'ca']`; empty: scheme or host. */
  readonly path: readonly string[];
  readonly message: string;
}

/** What is wrong with a destination for a runtime that sends by its own `fetch`; `null` if nothing is. */
export function faultOnFetch({ origin, tls }: Destination): DestinationFault | null {
  if (origin.startsWith('grpc'))
    return { path: [], message: `fetch has no trailers, which gRPC needs: ${ON_SERVERS}` };
  return tls && { path: ['tls'], message: `fetch has no such options: ${ON_SERVERS}` };
}

/**
 * What is wrong with where requests are sent.
 *
 * @param origin name of the field that has scheme and host
 */
export function destinationFaults(
  sent: readonly { readonly destination: Destination }[],
  faultOf: (destination: Destination) => DestinationFault | null,
  origin: string,
): DestinationFault[] {
  return sent.flatMap((one) => {
    const fault = faultOf(one.destination);
    return fault === null ? [] : { ...fault, path: fault.path.length > 0 ? fault.path : [origin] };
  });
}

const ON_SERVERS = 'expected the gateway on Node, Deno or Bun';

/** A placeholder for requests that are built as for an upstream where no upstream exists. */
export const NOWHERE: Destination = destination('');
