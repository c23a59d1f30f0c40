import { lstat, unlink } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { UNIX_PEER } from '../../http/cidr.ts';
import { AcceptWatch } from './accept-watch.ts';
import { rememberPeer } from './request.ts';

export interface PortOptions {
  /** Address or name to listen on; `unix:/path` is a Unix socket. */
  readonly hostname: string;
  /** 0 picks a free port. Without a meaning for a Unix socket. */
  readonly port: number;
  /** True on a runtime whose listener may stop accepting for good (see `AcceptWatch`). */
  readonly goesDeaf: boolean;
  readonly accept: (socket: Socket) => void;
  /** Called when a connection cannot be accepted. */
  readonly onLost: () => void;
  /** Called when the port had stopped accepting and was opened again. */
  readonly onReopened: () => void;
}

/** A port that is listened on. */
export interface OpenPort {
  /** The address, as the system reports it; `unix:/path` of a Unix socket. */
  readonly hostname: string;
  /** 0 of a Unix socket. */
  readonly port: number;
  /**
   * Stops accepting. Resolves once all connections are closed.
   *
   * @param takesLast whether connections that have just been accepted are served still
   */
  close(takesLast: boolean): Promise<void>;
}

/** Opens a port. Rejects if the address cannot be listened on. */
export async function openPort(options: PortOptions): Promise<OpenPort> {
  const { hostname, goesDeaf, onLost, onReopened } = options;
  const path = hostname.startsWith(UNIX_PEER) ? hostname.slice(UNIX_PEER.length) : null;
  let watch: AcceptWatch | null = null;
  let isClosing = false;
  function accept(socket: Socket): void {
    // Accepted just before it closed, and never used; or a probe of `AcceptWatch`.
    if (isClosing || watch?.accepts(socket)) return void socket.destroy();
    if (path !== null) rememberPeer(socket, UNIX_PEER);
    options.accept(socket);
  }
  async function open(at: Address): Promise<Server> {
    const opened = await listening(createServer({ noDelay: true }, accept), at);
    // A connection that cannot be accepted for lack of descriptors is no reason to stop: the next one may be.
    return opened.on('error', onLost);
  }

  const closed: Promise<void>[] = [];
  let server =
    path === null
      ? await open({ host: hostname, port: options.port })
      : await openSocket(path, () => open({ path }));
  const { address, port } = path === null ? (server.address() as AddressInfo) : SOCKET;
  async function reopen(): Promise<void> {
    if (server.listening) closed.push(close(server));
    server = await open({ host: hostname, port });
    onReopened();
  }
  if (goesDeaf && path === null) watch = new AcceptWatch({ hostname: address, port, reopen });
  return {
    hostname: path === null ? address : hostname,
    port,
    async close(takesLast) {
      isClosing = !takesLast;
      watch?.stop();
      closed.push(close(server));
      await Promise.all(closed);
    },
  };
}

type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** What stands for the address of a Unix socket. */
const SOCKET = { address: '', port: 0 };

function listening(server: Server, at: Address): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

/** Opens a Unix socket. One that a killed process has left behind is removed, one that somebody listens on is not. */
async function openSocket(path: string, open: () => Promise<Server>): Promise<Server> {
  try {
    return await open();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    await removeLeftBehind(path);
    return open();
  }
}

/** Removes a Unix socket that a killed process has left behind, if there is one. */
export async function removeLeftBehind(path: string): Promise<void> {
  if (await isLeftBehind(path).catch(() => false)) await unlink(path);
}

async function isLeftBehind(path: string): Promise<boolean> {
  if (!(await lstat(path)).isSocket()) return false;
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => (probe.destroy(), resolve(false)));
    probe.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
