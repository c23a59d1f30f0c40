import type { GatewayStatus } from '../http/gateway-error.ts';
import type { Received, Reply } from '../http/messages.ts';
import type { Forward, SendCopy } from '../http/transport.ts';

/** All that differs from runtime to runtime. One adapter each, beside this file. */
export interface Runtime {
  readonly name: 'node' | 'deno' | 'bun' | 'workers' | 'fetch';
  /** Reads a request as this runtime's listener hands it to the app (`env` is Hono's `c.env`). */
  receive(request: Request, env: unknown): Received;
  /** Address of the socket's peer; `null` where the platform hides it. */
  peer(request: Request, env: unknown): string | null;
  /** True where the platform writes Host itself, from the URL. */
  readonly hostOfUrl?: boolean;
  /**
   * Connections a second that copies to one mirror may use up without harm, beside one for each that
   * may be in flight. Default: 500.
   */
  readonly connectionRate?: number;
  /** Copies that it can have in flight to all mirrors together. Default: as many as there may be. */
  readonly mostCopies?: number;
  /** Makes the gateway's own errors where a real `Response` costs much. Default: one. */
  readonly gatewayError?: (status: GatewayStatus) => Reply;
  readonly forward: Forward;
  readonly sendCopy: SendCopy;
}

/** Keeps work alive after the answer was sent. What it is given must not reject. */
export type WaitUntil = (work: Promise<unknown>) => void;
