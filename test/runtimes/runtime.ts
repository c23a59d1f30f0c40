import type { Program } from '../support/process.ts';

/** How a test wants its gateway. */
export interface StartOptions {
  /** Routes to start with. Default: none. */
  readonly routes?: readonly object[];
  /** Text of the whole document, in place of `routes`: for those that are not valid. */
  readonly document?: string;
  /** Where the routes are kept; still there afterwards. Default: a new folder, removed at the end. */
  readonly folder?: string;
  /** Key of the control plane. Default: `KEY`, on every runtime alike. `null`: none is set. */
  readonly adminKey?: string | null;
  /** Further settings, by variable. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of the runtime itself. Deno only: the others take them from a variable. */
  readonly flags?: readonly string[];
  /** Files and sockets that the process may have open. Servers only. Default: as many as this one. */
  readonly descriptors?: number;
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

/** What a server is started with, and nothing else: no setting has a default here. */
export interface LaunchOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly descriptors?: number;
}

/** Everything but Workers: a process with flags, signals and an exit status. */
export interface TestServerRuntime extends TestRuntime {
  /** Starts a process that may write to `folder` and does not wait for it to be ready. */
  launch(folder: string, options: LaunchOptions): Program;
  /** Runs a program of ours on it. `#runtime` means this runtime there, as in the gateway. */
  script(file: URL, args?: readonly string[], descriptors?: number): Program;
}

export function isServer(runtime: TestRuntime): runtime is TestServerRuntime {
  return 'launch' in runtime;
}

export const KEY = 'test-key';
