import { descriptorLimit } from '../http1/descriptors.ts';
import { http1Runtime, type RuntimeOptions } from './sockets/runtime.ts';
import type { ServerRuntime } from './server.ts';

/** The runtime adapter for Node. */
export function nodeRuntime(options: RuntimeOptions = {}): ServerRuntime {
  return http1Runtime({ ...options, name: 'node', descriptors: descriptorLimit, ownBuffers: true });
}

export { nodeRuntime as runtime };
export type * from './server-types.ts';
