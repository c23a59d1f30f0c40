import { doorbell } from '../http1/doorbell.ts';
import { descriptorsFor, openableDescriptors, USUAL_LIMIT } from '../http1/descriptors.ts';
import { http1Runtime, type RuntimeOptions } from './sockets/runtime.ts';
import { MOST_CONNECTIONS } from '../http1/server/limits.ts';
import type { WriteOutput } from './output.ts';
import type { ServerRuntime } from './server.ts';

/** Seen: 128 connections in one turn of the event loop, and closed descriptors free in the next. */
const ACCEPTED = 128;

/** The gateway's view of Deno. */
export function denoRuntime(options: RuntimeOptions = {}): ServerRuntime {
  // What its DNS client does not find may be what it does not tell of, such as a server in trouble; and
  // the C library is asked on threads of which there are many.
  const names: RuntimeOptions['names'] = { system: 'always', ...options.names };
  return http1Runtime({
    name: 'deno',
    poll: doorbell(mayListen),
    write,
    names,
    descriptors,
    accepted: ACCEPTED,
    goesDeaf: true,
  });
}

interface DenoWriter {
  write(bytes: Uint8Array): Promise<number>;
}
type Permission =
  | { readonly name: 'net'; readonly host: string }
  | { readonly name: 'read'; readonly path: string };

declare const Deno: {
  readonly stdout: DenoWriter;
  readonly stderr: DenoWriter;
  readonly permissions: { querySync(permission: Permission): { readonly state: string } };
};

function granted(permission: Permission): boolean {
  return Deno.permissions.querySync(permission).state === 'granted';
}

/** Without the permission, Deno throws where nobody can catch it when `node:net` listens. */
function mayListen(hostname: string): boolean {
  return granted({ name: 'net', host: hostname });
}

/** To try without permission would ask the user for it, on a terminal. */
function descriptors(): number {
  return granted({ name: 'read', path: '/dev/null' })
    ? openableDescriptors(descriptorsFor(MOST_CONNECTIONS, ACCEPTED))
    : USUAL_LIMIT;
}

/** Its `process` waits until a pipe has room, and all of Deno with it. */
const write: WriteOutput = async (to, text) => {
  let rest = new TextEncoder().encode(text);
  try {
    while (rest.byteLength > 0) rest = rest.subarray(await Deno[to].write(rest));
  } catch {
    // Whoever read it has left.
  }
};

export { denoRuntime as runtime };
export type { NameOptions } from '../http1/client/names/lookup.ts';
export type { RuntimeOptions } from './sockets/runtime.ts';
