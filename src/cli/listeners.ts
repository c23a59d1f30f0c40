import { compilePeers, UNIX_PEER } from '../http/cidr.ts';
import type { Drainable } from '../runtime/background.ts';
import {
  type Certificate,
  CertificateError,
  type FetchApp,
  type Listening,
  type ServerRuntime,
} from '../runtime/server.ts';
import type { ServerSettings } from '../settings/server.ts';
import { SettingError } from '../settings/values.ts';
import { lineRate } from '../telemetry/line-rate.ts';
import { log } from '../telemetry/logger/logtape.ts';
import type { Addresses } from './served.ts';
import { MAX_ADMIN_CONNECTIONS, parted } from './admin-port.ts';
import { audited } from './audit.ts';
import type { CertificateReader } from './certificates.ts';

/** The ports of a gateway. */
export interface Listeners {
  /** Where clients connect. */
  readonly main: Listening;
  /** Where the control plane is; `null`: on the same port. */
  readonly admin: Listening | null;
  /**
   * Stops accepting. Resolves once every request that has arrived has its response.
   *
   * @param idleGraceMs milliseconds for which connections without a request stay open. Default: 0
   */
  stop(idleGraceMs?: number): Promise<void>;
  /** Closes every connection at once. */
  kill(): void;
}

/** What listeners are opened with beside the settings. */
export interface OpenOptions {
  /** `null`: none, TLS is not listened for. */
  readonly certificates: CertificateReader | null;
  /** Called when the TLS handshake of a client failed. */
  readonly onHandshakeFailure: () => void;
  /** Whether another connection may be open beside so many. Default: it may. */
  readonly mayOpen?: (open: number) => boolean;
}

/**
 * @throws SettingError when an address cannot be listened on, or a certificate not be used
 */
export async function openListeners(
  runtime: ServerRuntime,
  gateway: FetchApp,
  settings: ServerSettings,
  { certificates, onHandshakeFailure, mayOpen }: OpenOptions,
): Promise<Listeners> {
  const { host, port, adminPort, tls, clientTimeout, maxConnections, maxHeadSize } = settings;
  const isSocket = host.startsWith(UNIX_PEER);
  const first = certificates === null ? [] : await certificates.read();
  const app = audited(gateway);
  const { proxy, control } = adminPort === null ? { proxy: app, control: app } : parted(app);
  const common = {
    clientTimeout,
    ...(maxHeadSize !== null && { maxHeadBytes: maxHeadSize }),
    onCrowded: crowdedListener(),
    onReopened: () => log.error('no connection was accepted any more: listening anew'),
  };
  const open = async (served: FetchApp, at: string, numbered: number, more: object) => {
    try {
      return await runtime.listen({
        app: served,
        hostname: at,
        port: numbered,
        ...common,
        ...more,
      });
    } catch (error) {
      if (error instanceof CertificateError) throw new SettingError(`TLS_CERT: ${error.message}`);
      const where = at.startsWith(UNIX_PEER) ? at : `${at} port ${numbered}`;
      throw new SettingError(`cannot listen on ${where}: ${listenFault(error)}`);
    }
  };

  const main = await open(proxy, host, port, {
    ...(maxConnections !== null && { maxConnections }),
    ...(mayOpen && { mayOpen }),
    // Not on the port of the control plane: probes and scrapers know no such header.
    ...(settings.proxyProtocol && {
      proxied: compilePeers(settings.trustedProxies),
      onNoHeader: noHeaderListener(),
    }),
    ...(tls !== null && { tls: tlsOf(tls.port, first, onHandshakeFailure) }),
  });
  const admin =
    adminPort === null
      ? null
      : await open(control, isSocket ? LOOPBACK : host, adminPort, {
          maxConnections: MAX_ADMIN_CONNECTIONS,
        });
  const all = admin === null ? [main] : [main, admin];
  return {
    main,
    admin,
    stop: async (idleGraceMs) => void (await Promise.all(all.map((one) => one.stop(idleGraceMs)))),
    kill: () => all.forEach((one) => one.kill()),
  };
}

export function addressesOf({ main, admin }: Listeners): Addresses {
  const { hostname, port, tlsPort, maxConnections } = main;
  return {
    main: { hostname, port, tlsPort },
    admin: admin === null ? null : { hostname: admin.hostname, port: admin.port },
    maxConnections,
  };
}

/** Stops accepting, and ends requests and then copies, together in this time. */
export async function finish(
  gateway: Drainable,
  listeners: Pick<Listeners, 'stop' | 'kill'>,
  deadlineMs: number,
): Promise<void> {
  const began = performance.now();
  const kill = setTimeout(() => listeners.kill(), deadlineMs);
  await Promise.race([listeners.stop(), after(deadlineMs)]);
  clearTimeout(kill);
  await gateway.drain(Math.max(0, deadlineMs - (performance.now() - began)));
}

/** `node:cluster` leaves out what the code means. */
function listenFault(error: unknown): string {
  const text = textOf(error);
  const { code } = error as NodeJS.ErrnoException;
  return code !== 'EADDRINUSE' || /in use/i.test(text) ? text : `address already in use (${text})`;
}

function tlsOf(port: number, certificates: readonly Certificate[], onHandshakeFailure: () => void) {
  const logFailure = failureListener();
  return {
    port,
    certificates,
    onFailure(reason: string) {
      onHandshakeFailure();
      logFailure(reason);
    },
  };
}

/** Where the control plane listens, if clients come through a Unix socket. */
const LOOPBACK = '127.0.0.1';

/** Logs what clients can bring about as often as they like in few lines, with the number of those that were left out. */
function seldom<Facts extends readonly unknown[]>(
  write: (suppressed: number, ...facts: Facts) => void,
): (...facts: Facts) => void {
  const admit = lineRate(Date.now);
  return (...facts) => {
    const suppressed = admit('');
    if (suppressed !== null) write(suppressed, ...facts);
  };
}

/** A proxy that is set up wrongly is so for each connection. */
const noHeaderListener = () =>
  seldom((suppressed, peer: string, reason: string) =>
    log.warning('{reason}, from the trusted proxy {peer}: its connection was closed', {
      reason,
      peer,
      suppressed,
    }),
  );

const crowdedListener = () =>
  seldom((suppressed, maxConnections: number) =>
    log.warning('all {maxConnections} connections are busy: a client was turned away', {
      maxConnections,
      suppressed,
    }),
  );

const failureListener = () =>
  seldom((suppressed, reason: string) =>
    log.info('a TLS handshake failed: {reason}', { reason, suppressed }),
  );

/** Addresses that mean all of the machine's, and one of these that a client on the machine can use. */
const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/** Where it listens; for all addresses also a URL that works on this machine. */
export function urlsOf({
  hostname,
  port,
  tlsPort = null,
}: Pick<Listening, 'hostname' | 'port'> & Partial<Pick<Listening, 'tlsPort'>>): string {
  if (hostname.startsWith(UNIX_PEER)) return hostname;
  const plain = urls('http', hostname, port);
  return tlsPort === null ? plain : `${plain} and ${urls('https', hostname, tlsPort)}`;
}

function urls(scheme: string, hostname: string, port: number): string {
  const url = (host: string) => `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const local = WILDCARDS.get(hostname);
  return local === undefined ? url(hostname) : `${url(hostname)} (${url(local)})`;
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
