import { doorbell } from '../http1/doorbell.ts';
import { descriptorsFor, openableDescriptors, USUAL_LIMIT } from '../http1/descriptors.ts';
import { UNIX_PEER } from '../http/cidr.ts';
import { http1Runtime, type RuntimeOptions } from './sockets/runtime.ts';
import { MAX_CONNECTIONS } from '../http1/server/limits.ts';
import type { WriteOutput } from './output.ts';
import type { ForkOptions, Listening, ListenOptions, ServerRuntime } from './server.ts';

/** Most connections accepted in one turn of the event loop, as measured. Closed descriptors are free in the next. */
const MAX_ACCEPTED = 128;

/** The runtime adapter for Deno. */
export function denoRuntime(options: RuntimeOptions = {}): ServerRuntime {
  // Deno's DNS client reports a failing server like a name that does not exist, so the C library is asked as well. It
  // runs on a large pool of threads.
  const names: RuntimeOptions['names'] = { system: 'always', ...options.names };
  const runtime = http1Runtime({
    name: 'deno',
    poll: doorbell(mayListen),
    write,
    names,
    descriptors,
    accepted: MAX_ACCEPTED,
    goesDeaf: true,
    readsOn: true,
  });
  return {
    ...runtime,
    fork,
    // Deno takes threads of such a process for further workers, which then fail.
    startsThreadsInForks: false,
    listen: (listening) => listenIfAllowed(runtime, listening),
  };
}

async function listenIfAllowed(runtime: ServerRuntime, to: ListenOptions): Promise<Listening> {
  const { hostname, port } = to;
  const path = hostname.startsWith(UNIX_PEER) ? hostname.slice(UNIX_PEER.length) : null;
  const host = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
  const isAllowed = path === null ? mayListen(host) : mayReadAndWrite(path);
  if (isAllowed) return runtime.listen(to);
  const flags = path === null ? '--allow-net' : `--allow-read and --allow-write for ${path}`;
  throw new Error(
    `expected Deno's permission to listen there, found none; start deno with ${flags}`,
  );
}

interface DenoWriter {
  write(bytes: Uint8Array): Promise<number>;
}
type Permission =
  | { readonly name: 'net'; readonly host?: string }
  | { readonly name: 'read' | 'write'; readonly path?: string }
  | { readonly name: 'env'; readonly variable: string }
  | { readonly name: 'sys'; readonly kind: string };

declare const Deno: {
  readonly env: { get(variable: string): string | undefined };
  readonly stdout: DenoWriter;
  readonly stderr: DenoWriter;
  readonly permissions: { querySync(permission: Permission): { readonly state: string } };
};

function granted(permission: Permission): boolean {
  return Deno.permissions.querySync(permission).state === 'granted';
}

/** Checked first: without the permission, `node:net` on Deno throws an error that cannot be caught. */
function mayListen(host: string): boolean {
  return granted({ name: 'net', host });
}

function mayReadAndWrite(path: string): boolean {
  return granted({ name: 'read', path }) && granted({ name: 'write', path });
}

/** The permission is checked first: on a terminal, opening a file without it would prompt the user. */
function descriptors(): number {
  return granted({ name: 'read', path: '/dev/null' })
    ? openableDescriptors(descriptorsFor(MAX_CONNECTIONS, MAX_ACCEPTED))
    : USUAL_LIMIT;
}

/** Flags for the permissions that a worker needs, with what is granted for each. */
const WORKER_PERMISSIONS: readonly (readonly [flag: string, permission: Permission])[] = [
  ['--allow-net', { name: 'net' }],
  ['--allow-read', { name: 'read' }],
  ['--allow-sys=setPriority', { name: 'sys', kind: 'setPriority' }],
];

/** Where Deno finds what it has downloaded. */
const CACHE_VARIABLES = ['DENO_DIR', 'HOME', 'XDG_CACHE_HOME'];

/**
 * A worker gets no permission that this process does not have, and only those that it needs. Otherwise `node:cluster` would
 * give it all, and could not be used without access to the whole environment.
 */
function fork(written: readonly string[]): ForkOptions {
  const permissions = WORKER_PERMISSIONS.filter(([, permission]) => granted(permission));
  const given = CACHE_VARIABLES.flatMap((variable) => {
    const value = granted({ name: 'env', variable }) ? Deno.env.get(variable) : undefined;
    return value === undefined ? [] : [[variable, value] as const];
  });
  // Packages are where this process found them.
  const isInstalled = import.meta.resolve('hono/tiny').includes('/node_modules/');
  return {
    args: [
      'run',
      '--no-prompt',
      ...(isInstalled ? [] : ['--node-modules-dir=none']),
      // By which a process of `node:cluster` knows that it is one.
      '--allow-env=NODE_UNIQUE_ID',
      ...permissions.map(([flag]) => flag),
      ...written
        .filter((path) => granted({ name: 'write', path }))
        .map((path) => `--allow-write=${path}`),
    ],
    environment: Object.fromEntries(given),
  };
}

/** Not by `process`: on Deno, that blocks the event loop until a full pipe is read. */
const write: WriteOutput = async (to, text) => {
  let rest = new TextEncoder().encode(text);
  try {
    while (rest.byteLength > 0) rest = rest.subarray(await Deno[to].write(rest));
  } catch {
    // The reader has closed the pipe.
  }
};

export { denoRuntime as runtime };
export type * from './server-types.ts';
