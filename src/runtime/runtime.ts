import type { Destination, DestinationFault } from '../http/destination.ts';
import type { GatewayStatus } from '../http/gateway-error.ts';
import type { Received, Reply } from '../http/messages.ts';
import type { Forward, SendCopy } from '../http/transport.ts';
import type { StartThread } from './thread.ts';

/** All that differs between runtimes. Each has an adapter beside this file. */
export interface Runtime {
  readonly name: 'node' | 'deno' | 'bun' | 'workers' | 'fetch';
  /** Converts a request from the form in which the listener passes it to the app. `env` is Hono's `c.env`. */
  receive(request: Request, env: unknown): Received;
  /** Whether a request surely comes from this machine, and from no page of another site. Default: nobody can tell. */
  readonly isLocal?: (request: Request, env: unknown) => boolean;
  /** True if the platform writes Host itself, from the URL. */
  readonly hostOfUrl?: boolean;
  /**
   * Connections per second that copies to one mirror may use up, in addition to its `max_in_flight`. Default: 500.
   */
  readonly connectionRate?: number;
  /** Most copies in flight to all mirrors together. Default: no limit of the runtime. */
  readonly mostCopies?: number;
  /** Most seconds that a copy may live, because the platform ends what takes longer. Default: no limit of the runtime. */
  readonly longestCopy?: number;
  /** Makes the gateway's own error responses where a `Response` is expensive. Default: a `Response`. */
  readonly gatewayError?: (status: GatewayStatus) => Reply;
  /** Says why requests cannot be sent to a destination; `null` if they can. Default: as for plain fetch. */
  readonly faultOf?: (destination: Destination) => DestinationFault | null;
  readonly forward: Forward;
  readonly sendCopy: SendCopy;
  /** Starts a thread, where there are any. */
  readonly startThread?: StartThread;
  /** Further families for the gateway's metrics, in the Prometheus text format. Default: none. */
  readonly metrics?: readonly { render(): string }[];
}

/** Keeps work alive after the response was sent. The promise must not reject. */
export type WaitUntil = (work: Promise<unknown>) => void;
