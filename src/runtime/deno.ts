import { doorbell } from './http1/client/doorbell.ts';
import { http1Runtime, type RuntimeOptions } from './http1/runtime.ts';
import type { WriteOutput } from './output.ts';
import type { ServerRuntime } from './server.ts';

/** The gateway's view of Deno, which tells how many descriptors there are to nobody but `-A`. */
export function denoRuntime(options: RuntimeOptions = {}): ServerRuntime {
  // What its DNS client does not find may be what it does not tell of, such as a server in trouble; and
  // the C library is asked on threads of which there are many.
  const names: RuntimeOptions['names'] = { system: 'always', ...options.names };
  return http1Runtime({ name: 'deno', poll: doorbell(mayListen), write, names });
}

interface DenoWriter {
  write(bytes: Uint8Array): Promise<number>;
}
declare const Deno: {
  readonly stdout: DenoWriter;
  readonly stderr: DenoWriter;
  readonly permissions: {
    querySync(permission: { name: 'net'; host: string }): { readonly state: string };
  };
};

/** Without the permission, Deno throws where nobody can catch it when `node:net` listens. */
function mayListen(hostname: string): boolean {
  return Deno.permissions.querySync({ name: 'net', host: hostname }).state === 'granted';
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
export type { NameOptions } from './http1/client/names/lookup.ts';
export type { RuntimeOptions } from './http1/runtime.ts';
