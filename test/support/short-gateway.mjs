/** A gateway in a process that uses up all of its descriptors (`/hog`) and releases them (`/free`). */
import { closeSync, openSync } from 'node:fs';
import { runtime as create } from '#runtime';

// Deno runs the sources; `#runtime` must come from the same modules.
const { createGateway } = await import(
  'Deno' in globalThis ? '../../src/index.ts' : '../../dist/index.js'
);

/** @type {number[]} */
const taken = [];

/** @type {Record<string, () => void>} */
const ORDERS = {
  '/hog'() {
    try {
      for (;;) taken.push(openSync('/dev/null', 'r'));
    } catch {
      // No descriptor is left.
    }
  },
  '/free'() {
    for (const descriptor of taken.splice(0)) closeSync(descriptor);
  },
};

// As servers do. Deno sets up signals at the first use, and panics if it has no descriptor then.
process.once('SIGTERM', () => process.exit());

const runtime = create();
const gateway = createGateway({ runtime, adminKey: 'test-key' });
const { port } = await runtime.listen({
  app: {
    waitUntil: gateway.waitUntil,
    fetch(request, env, context) {
      const obey = ORDERS[new URL(request.url).pathname];
      if (obey === undefined) return gateway.fetch(request, env, context);
      obey();
      return new Response(`${taken.length > 0 ? 'all' : 'none'} taken.`);
    },
  },
  hostname: '127.0.0.1',
  port: 0,
});
console.log(`port ${port}`);
