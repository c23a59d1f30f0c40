import { descriptorLimit } from './http1/descriptors.ts';
import { http1Runtime } from './http1/runtime.ts';
import type { ServerRuntime } from './server.ts';

/** The gateway's view of Node. */
export function nodeRuntime(): ServerRuntime {
  return http1Runtime({ name: 'node', descriptors: descriptorLimit, ownBuffers: true });
}

export { nodeRuntime as runtime };
