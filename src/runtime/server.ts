import type { Listening } from '../http1/server/listen.ts';
import type { WriteOutput } from './output.ts';
import type { Runtime, WaitUntil } from './port.ts';

/** What a listener needs of an app: Hono's `fetch`, and who looks after what outlives a request. */
export interface FetchApp {
  readonly waitUntil: WaitUntil;
  fetch(
    request: Request,
    env: unknown,
    context: { waitUntil: WaitUntil; passThroughOnException(): void; props: unknown },
  ): Response | Promise<Response>;
}

export interface ListenOptions {
  readonly app: FetchApp;
  readonly hostname: string;
  /** 0 picks a free one. */
  readonly port: number;
  /**
   * Seconds that a client may take for the head of a request, between two reads of its body, and
   * between two writes of its answer. Default: 60.
   */
  readonly clientTimeout?: number;
  /**
   * Connections of clients at once, if there are descriptors for so many: about a third of those that the
   * process may have. Default: 10 000.
   */
  readonly maxConnections?: number;
  /** Told when a client is turned away, since so many connections are busy. */
  readonly onCrowded?: (maxConnections: number) => void;
  /** Told when the listener had stopped accepting, and was opened anew. */
  readonly onReopened?: () => void;
}

/** A runtime that can listen: everything but Workers, where the platform does. */
export interface ServerRuntime extends Runtime {
  readonly write: WriteOutput;
  listen(options: ListenOptions): Promise<Listening>;
  /** Frees pools and other sockets, so that the process can end. */
  close(): void;
}

export type { Listening };
