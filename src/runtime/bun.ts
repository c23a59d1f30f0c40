import { descriptorLimit, descriptorShortage } from '../http1/descriptors.ts';
import { http1Runtime, type RuntimeOptions } from './sockets/runtime.ts';
import type { ServerRuntime } from './server.ts';

/** The runtime adapter for Bun. */
export function bunRuntime(options: RuntimeOptions = {}): ServerRuntime {
  return http1Runtime({
    ...options,
    name: 'bun',
    descriptors: descriptorLimit,
    gathers: false,
    holdsBack: true,
    shortage: descriptorShortage,
  });
}

export { bunRuntime as runtime };
export type * from './server-types.ts';
