import { descriptorLimit } from './http1/descriptors.ts';
import { http1Runtime } from './http1/runtime.ts';
import type { ServerRuntime } from './server.ts';

/** The gateway's view of Bun. */
export function bunRuntime(): ServerRuntime {
  return http1Runtime({ name: 'bun', descriptors: descriptorLimit });
}

export { bunRuntime as runtime };
