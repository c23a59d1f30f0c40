import type { RoutesDocument } from '../../config/document.ts';
import type { Output } from '../../runtime/output.ts';
import type { ServerSettings } from '../../settings/server.ts';
import type { Addresses } from '../served.ts';
import type { GiveBack, Want } from './lease.ts';
import type { Counts } from './tally.ts';

/** What the supervisor asks of a worker. All values are JSON. */
export interface WorkerCalls {
  readonly [call: string]: (value: never) => unknown;
  /** Listens, with these routes in force. Rejects if it cannot. */
  start(value: WorkerStart): Promise<Addresses>;
  /** Puts routes in force. Resolves when the next request will be matched by them. */
  routes(document: RoutesDocument): Promise<void>;
  /** Hands over all that it has counted. */
  counts(value: null): Promise<Counts>;
  /** Reads the certificates again. */
  certificates(value: null): Promise<void>;
  /** The next piece of a relayed request's body, in latin1; `null` at its end. */
  body(request: number): Promise<string | null>;
  /** Gives back what it does not need of a limit; resolves with the units. */
  giveBack(value: GiveBack): Promise<number>;
  /** Stops accepting, finishes its requests and copies, and exits. */
  stop(value: WorkerStop): void;
}

/** What a worker asks of the supervisor. */
export interface SupervisorCalls {
  readonly [call: string]: (value: never) => unknown;
  /** The first message: from now on the worker listens to messages. */
  hello(value: null): void;
  /** Writes lines of the log, whole. Resolves when they are written. */
  log(value: { readonly to: Output; readonly text: string }): Promise<void>;
  /** Responds to a request to the control plane. */
  control(request: RelayedRequest): Promise<RelayedResponse>;
  /** Finds units of a limit for the worker; resolves with those that it has found. */
  want(want: Want): Promise<number>;
  /** Adds up what the worker has counted since it told of it last. */
  counted(counts: Counts): void;
}

export interface WorkerStart {
  readonly settings: ServerSettings;
  readonly document: RoutesDocument;
  /** Id of the whole gateway, the value of the loop mark. */
  readonly instance: string;
  /** Number of workers. */
  readonly workers: number;
  /** Limits of which others have all. */
  readonly taken: readonly string[];
}

export interface WorkerStop {
  /** Time to finish requests and copies. */
  readonly deadlineMs: number;
  /** How long connections without a request stay open, so that what clients send just now is not lost. */
  readonly idleGraceMs: number;
}

/** A request to the control plane, on its way to the supervisor. The body follows when it is read. */
export interface RelayedRequest {
  /** Number of the request at its worker. */
  readonly id: number;
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly hasBody: boolean;
  /** Whether it surely comes from this machine. */
  readonly isLocal: boolean;
}

/** All responses of the control plane are texts. */
export interface RelayedResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}
