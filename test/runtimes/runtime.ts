import type { Program } from '../support/process.ts';

/** Options of a gateway under test. */
export interface StartOptions {
  /** Routes to start with. Default: none. */
  readonly routes?: readonly object[];
  /** Text of the whole document, instead of `routes`: for invalid documents. */
  readonly document?: string;
  /** Folder of the routes file; kept afterwards. Default: a new folder, removed at the end. */
  readonly folder?: string;
  /** Key of the control plane. Default: `KEY` on every runtime. `null`: no key. */
  readonly adminKey?: string | null;
  /** Further settings, by environment variable. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of the runtime itself. Deno only: the others take them from a variable. */
  readonly flags?: readonly string[];
  /** Limit of open files and sockets. Servers only. Default: the limit of this process. */
  readonly descriptors?: number;
}

/** A gateway that runs as its own process, started the way users start it. */
export interface GatewayProcess {
  readonly runtime: RuntimeName;
  readonly url: string;
  readonly port: number;
  readonly program: Program;
  /** Path of routes.json; `null` on Workers, whose routes are in KV. */
  readonly file: string | null;
  /** A request to the control plane, with the key. `path` without `/apisix/`. */
  admin(path: string, init?: RequestInit): Promise<Response>;
  /** Creates or replaces a route; throws unless the status is 200 or 201. */
  put(id: string, route: object): Promise<void>;
  /** Samples of the metrics endpoint, by their text up to the value. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  /** Sends SIGTERM; resolves with the exit status. */
  stop(): Promise<number | null>;
}

export type RuntimeName = 'node' | 'deno' | 'bun' | 'workers';

/** A runtime under test. */
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
  /** Where it runs. Default: in the checkout. */
  readonly cwd?: string;
  /** What runs in place of the command line, with its permissions. */
  readonly module?: URL;
  /** `pipe`: the test writes to it. Default: it is empty. */
  readonly stdin?: 'pipe';
  /** Whether it has a terminal of its own, which is closed when the program, `script`, is killed. */
  readonly terminal?: true;
}

/** All runtimes but Workers: a process with flags, signals and an exit status. */
export interface TestServerRuntime extends TestRuntime {
  /** Starts a process that may write to `folder`; does not wait until it is ready. */
  launch(folder: string, options: LaunchOptions): Program;
  /** Runs one of our scripts on this runtime. `#runtime` resolves to this runtime, as in the gateway. */
  script(file: URL, args?: readonly string[], descriptors?: number): Program;
}

export function isServer(runtime: TestRuntime): runtime is TestServerRuntime {
  return 'launch' in runtime;
}

export const KEY = 'test-key';
