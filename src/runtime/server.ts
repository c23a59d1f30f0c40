import type { WriteOutput } from './output.ts';
import type { Runtime, WaitUntil } from './runtime.ts';

/** What a listener needs of an app: a gateway, an app of Hono's, or any other object with a `fetch`. */
export interface FetchApp {
  /** Told of work that outlives its request. Default: nobody is told, and the work goes on. */
  readonly waitUntil?: WaitUntil | undefined;
  fetch(
    request: Request,
    env: unknown,
    context: { waitUntil: WaitUntil; passThroughOnException(): void; props: unknown },
  ): Response | Promise<Response>;
}

export interface ListenOptions {
  readonly app: FetchApp;
  /** Address or name to listen on; `unix:/path` is a Unix socket, whose clients have the peer `unix:`. */
  readonly hostname: string;
  /** 0 picks a free port. */
  readonly port: number;
  /**
   * Peers whose connections begin with a header of the PROXY protocol (versions 1 and 2), which names the client: from then
   * on that is the peer. Connections of others must have none. Default: no peers.
   */
  readonly proxied?: (peer: string) => boolean;
  /** Called when such a peer sent no header: its connection is closed. */
  readonly onNoHeader?: (peer: string, reason: string) => void;
  /**
   * Seconds that a client may take for the head of a request, between two reads of its body, and between two writes of
   * the response. Default: 60.
   */
  readonly clientTimeout?: number;
  /** Most bytes of a request's head, and of its request line. Default: 32 KiB, and 8 KiB. */
  readonly maxHeadBytes?: number;
  /**
   * Most client connections at once. Also limited by file descriptors: about a third of those that the process may
   * open. Default: 10 000.
   */
  readonly maxConnections?: number;
  /** Whether another connection may be open beside so many. Default: it may. */
  readonly mayOpen?: (open: number) => boolean;
  /** A second port, for TLS 1.2 and 1.3. Default: none. */
  readonly tls?: TlsListenOptions;
  /** True if other processes accept from the same socket. Default: false. */
  readonly isShared?: boolean;
  /** Called when a client is rejected because all connections are busy. */
  readonly onCrowded?: (maxConnections: number) => void;
  /** Called when the listener had stopped accepting and was opened again. */
  readonly onReopened?: () => void;
}

export interface TlsListenOptions {
  /** 0 picks a free port. */
  readonly port: number;
  /** At least one. A client gets the first that is for the name which it asks for, else the first of all. */
  readonly certificates: readonly Certificate[];
  /** Called when a handshake fails, with the code of the error. */
  readonly onFailure?: (reason: string) => void;
}

/** A certificate and its key. */
export interface Certificate {
  /** PEM: the server's own certificate first, then those of its issuers. */
  readonly cert: string;
  /** PEM, not encrypted. */
  readonly key: string;
  /** What errors call it. Default: `a certificate`. */
  readonly name?: string;
}

/** A certificate cannot be used. The message says which, and why. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/** An open listener. */
export interface Listening {
  readonly hostname: string;
  readonly port: number;
  /** `null`: TLS is not listened for. */
  readonly tlsPort: number | null;
  /** Most connections of clients at a time. */
  readonly maxConnections: number;
  /** Connections of clients now. */
  open(): number;
  /**
   * Stops accepting. Resolves once every request that has arrived has its response.
   *
   * @param idleGraceMs milliseconds for which connections without a request stay open, for what clients have just sent.
   * Default: 0
   */
  stop(idleGraceMs?: number): Promise<void>;
  /** Closes every connection at once. */
  kill(): void;
  /**
   * Uses other certificates for connections that are opened from now on. If one of them cannot be used, nothing changes.
   *
   * @throws CertificateError
   */
  renewCertificates(certificates: readonly Certificate[]): void;
}

/** How a program is run once more by `node:cluster`, where it may not be as the process itself was started. */
export interface ForkOptions {
  /** Arguments of the runtime itself. */
  readonly args: readonly string[];
  /** The environment of the new process. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A runtime that can listen: all but Workers, where the platform listens. */
export interface ServerRuntime extends Runtime {
  readonly write: WriteOutput;
  listen(options: ListenOptions): Promise<Listening>;
  /**
   * How this program is run once more. Default: as this process was started.
   *
   * @param written paths that the new process writes to
   */
  fork?(written: readonly string[]): ForkOptions;
  /** False where a process of `node:cluster` cannot start threads. */
  readonly startsThreadsInForks?: boolean;
  /** Closes the pools and all other sockets, so that the process can exit. */
  close(): void;
}
