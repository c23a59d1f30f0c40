/**
 * A gateway that compares, and says what came of each pair. Its first thread is slow, and ends at `GET /end-thread`. At
 * SIGTERM it stops, gives copies and pairs half a second, and prints the results. Arguments: its routes as JSON, and
 * the key.
 */
import { runtime as create } from '#runtime';

// Deno runs the sources; `#runtime` must come from the same modules.
const { createGateway } = await import(
  'Deno' in globalThis ? '../../src/index.ts' : '../../dist/index.js'
);

const DRAIN_MS = 500;

/** Room for all pairs of a test, so that none is given up for want of memory. */
const MIRROR_MEMORY_BYTES = 256 * 1024 * 1024;

/** How often the first thread does all its work. However fast the machine is, the others then wait for it. */
const TURNS = 300;

const own = create();
const { startThread } = own;
if (startThread === undefined) throw new Error(`${own.name} has no threads`);
/** @type {import('../../src/runtime/thread.ts').Thread | undefined} */
let first;
const runtime = {
  ...own,
  /** @type {typeof startThread} */
  startThread(module, events) {
    if (first !== undefined) return startThread(module, events);
    let replies = 0;
    const slow = startThread(module, {
      ...events,
      onMessage: (reply) => void (++replies % TURNS === 0 && events.onMessage(reply)),
    });
    first = {
      ...slow,
      post(message) {
        for (let i = 0; i < TURNS; i++) slow.post(message);
      },
    };
    return first;
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
  first?.stop();
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
