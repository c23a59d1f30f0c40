import type { Program } from '../support/process.ts';

/** How a test wants its gateway. */
export interface StartOptions {
  /** Routes to start with. Default: none. */
  readonly routes?: readonly object[];
  /** Key of the control plane. Default: `KEY`, on every runtime alike. `null`: none is set. */
  readonly adminKey?: string | null;
  /** Further settings, by variable. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A gateway that runs as its own process, started as its users start it. */
export interface GatewayProcess {
  readonly runtime: RuntimeName;
  readonly url: string;
  readonly port: number;
  readonly program: Program;
  /** Path of routes.json; `null` on Workers, whose routes are in KV. */
  readonly file: string | null;
  /** The admin API, with the key. `path` behind `/apisix/`. */
  admin(path: string, init?: RequestInit): Promise<Response>;
  /** Puts a route and fails unless that is answered 200 or 201. */
  put(id: string, route: object): Promise<void>;
  /** Samples of the metrics endpoint, by their text up to the value. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  /** SIGTERM, and resolves with the exit status. */
  stop(): Promise<number | null>;
}

export type RuntimeName = 'node' | 'deno' | 'bun' | 'workers';

/** A runtime to test on. */
export interface TestRuntime {
  readonly name: RuntimeName;
  start(options?: StartOptions): Promise<GatewayProcess>;
}

export const KEY = 'test-key';
