/**
 * A gateway that compares, and says what came of each pair. Its thread ends at `GET /end-thread`. At SIGTERM it
 * stops, gives copies and pairs half a second, and prints the results. Arguments: its routes as JSON, and the key.
 */
import { runtime as create } from '#runtime';

// Deno runs the sources; `#runtime` must come from the same modules.
const { createGateway } = await import(
  'Deno' in globalThis ? '../../src/index.ts' : '../../dist/index.js'
);

const DRAIN_MS = 500;

/** Room for all pairs of a test, so that none is given up for want of memory. */
const MIRROR_MEMORY_BYTES = 256 * 1024 * 1024;

const own = create();
const { startThread } = own;
if (startThread === undefined) throw new Error(`${own.name} has no threads`);
/** @type {import('../../src/runtime/thread.ts').Thread[]} */
const threads = [];
const runtime = {
  ...own,
  /** @type {typeof startThread} */
  startThread(module, events) {
    const thread = startThread(module, events);
    threads.push(thread);
    return thread;
  },
};

/** @type {string[]} */
const results = [];
const [routes = '[]', adminKey = ''] = process.argv.slice(2);
const gateway = createGateway({
  runtime,
  adminKey,
  mirrorMemory: MIRROR_MEMORY_BYTES,
  routes: JSON.parse(routes),
  onComparison: (/** @type {import('../../src/index.ts').ComparisonReport} */ pair) =>
    void results.push(pair.result === 'not_compared' ? pair.reason : pair.result),
});
gateway.app.get('/end-thread', (/** @type {import('hono').Context} */ c) => {
  for (const thread of threads.splice(0)) thread.stop();
  return c.text('ended');
});
const { port, stop } = await runtime.listen({ app: gateway, hostname: '127.0.0.1', port: 0 });
console.log(`port ${port}`);

process.once('SIGTERM', async () => {
  await stop();
  await gateway.drain(DRAIN_MS);
  console.log(`results ${JSON.stringify(results)}`);
  process.exit(0);
});
