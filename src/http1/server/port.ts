import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { AcceptWatch } from './accept-watch.ts';

export interface PortOptions {
  /** Address or name to listen on. */
  readonly hostname: string;
  /** 0 picks a free port. */
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
  /** The address, as the system reports it. */
  readonly hostname: string;
  readonly port: number;
  /** Stops accepting. Resolves once all connections are closed. */
  close(): Promise<void>;
}

/** Opens a port. Rejects if the address cannot be listened on. */
export async function openPort(options: PortOptions): Promise<OpenPort> {
  const { hostname, goesDeaf, onLost, onReopened } = options;
  let watch: AcceptWatch | null = null;
  let isClosing = false;
  function accept(socket: Socket): void {
    // Accepted just before it closed, and never used; or a probe of `AcceptWatch`.
    if (isClosing || watch?.accepts(socket)) socket.destroy();
    else options.accept(socket);
  }
  async function open(port: number): Promise<Server> {
    const opened = await listening(createServer({ noDelay: true }, accept), hostname, port);
    // A connection that cannot be accepted for lack of descriptors is no reason to stop: the next one may be.
    return opened.on('error', onLost);
  }

  const closed: Promise<void>[] = [];
  let server = await open(options.port);
  const { address, port } = server.address() as AddressInfo;
  async function reopen(): Promise<void> {
    if (server.listening) closed.push(close(server));
    server = await open(port);
    onReopened();
  }
  if (goesDeaf) watch = new AcceptWatch({ hostname: address, port, reopen });
  return {
    hostname: address,
    port,
    async close() {
      isClosing = true;
      watch?.stop();
      closed.push(close(server));
      await Promise.all(closed);
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
