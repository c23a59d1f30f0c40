/** How connections wait for their next request. */
export interface KeepAlive {
  /** Most idle connections that are kept. */
  readonly size: number;
  /** Milliseconds that one is kept idle, unless the server said that it closes earlier; `null`: not set. */
  readonly idleTimeout: number | null;
  /** Most requests that one connection carries. */
  readonly requests: number;
}

/** Where requests go, and how connections there are made and kept. */
export interface Destination {
  /** Scheme, host and port: `http://127.0.0.1:1999`. */
  readonly origin: string;
  /**
   * The name that TLS sends and checks (RFC 6066 section 3). `''`: none is sent, and the certificate has to be
   * the address's; `null`: the one in the Host of each request.
   */
  readonly serverName: string | null;
  readonly keepAlive: KeepAlive;
  /** Connections of destinations with the same key are interchangeable. */
  readonly key: string;
}

export interface DestinationOptions {
  /** Whose Host requests there carry: the client's, the origin's, or `upstream_host`. Default `pass`. */
  readonly pass_host?: 'pass' | 'node' | 'rewrite' | undefined;
  readonly upstream_host?: string | undefined;
  readonly keepAlive?: Partial<KeepAlive>;
}

/** APISIX's defaults, but for the time: `null` is what is careful (`http1/client/`). */
const KEEP_ALIVE: KeepAlive = { size: 320, idleTimeout: null, requests: 1000 };

/** Compiles a destination, so that nothing has to be made up of it for each request. */
export function destination(origin: string, options: DestinationOptions = {}): Destination {
  const keepAlive = { ...KEEP_ALIVE, ...options.keepAlive };
  const serverName = origin.startsWith('https:') ? serverNameFor(origin, options) : '';
  const { size, idleTimeout, requests } = keepAlive;
  const key = [origin, serverName ?? '*', size, idleTimeout, requests].join(' ');
  return { origin, serverName, keepAlive, key };
}

/** The first that is a name: `upstream_host` where it is sent, the origin's own host, the Host that is sent. */
function serverNameFor(
  origin: string,
  { pass_host = 'pass', upstream_host = '' }: DestinationOptions,
): string | null {
  const rewritten = pass_host === 'rewrite' ? serverNameOf(upstream_host) : '';
  const name = rewritten || serverNameOf(origin.slice(origin.indexOf('://') + 3));
  return name === '' && pass_host === 'pass' ? null : name;
}

const NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_-])?$/;

/** Where the last label is a number, URLs, resolvers and browsers all read an address. */
const ADDRESS = /(?:^|\.)(?:\d+|0x[\da-f]*)$/;

/**
 * The name in a Host field as TLS sends it: in lower case, without port and trailing dot. `''` for an
 * address, which is no server name, and for what is no name at all.
 *
 * @example serverNameOf('API.example.:8443') // 'api.example'
 */
export function serverNameOf(host: string): string {
  const port = host.lastIndexOf(':');
  let name = (port === -1 ? host : host.slice(0, port)).toLowerCase();
  if (name.endsWith('.')) name = name.slice(0, -1);
  return NAME.test(name) && !ADDRESS.test(name) ? name : '';
}

/** For what is made like a request to an upstream where there is none. */
export const NOWHERE: Destination = destination('');
