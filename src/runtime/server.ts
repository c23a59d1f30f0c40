import type { Listening } from '../http1/server/listen.ts';
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
  readonly hostname: string;
  /** 0 picks a free port. */
  readonly port: number;
  /**
   * Seconds that a client may take for the head of a request, between two reads of its body, and between two writes of
   * the response. Default: 60.
   */
  readonly clientTimeout?: number;
  /**
   * Most client connections at once. Also limited by file descriptors: about a third of those that the process may
   * open. Default: 10 000.
   */
  readonly maxConnections?: number;
  /** Called when a client is rejected because all connections are busy. */
  readonly onCrowded?: (maxConnections: number) => void;
  /** Called when the listener had stopped accepting and was opened again. */
  readonly onReopened?: () => void;
}

/** A runtime that can listen: all but Workers, where the platform listens. */
export interface ServerRuntime extends Runtime {
  readonly write: WriteOutput;
  listen(options: ListenOptions): Promise<Listening>;
  /** Closes the pools and all other sockets, so that the process can exit. */
  close(): void;
}

export type { Listening };
