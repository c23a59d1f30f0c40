import { http1Runtime } from './http1/runtime.ts';
import type { ServerRuntime } from './server.ts';

/** The gateway's view of Deno, which tells how many descriptors there are to nobody but `-A`. */
export function denoRuntime(): ServerRuntime {
  return http1Runtime({ name: 'deno' });
}

export { denoRuntime as runtime };
