import { Miniflare } from 'miniflare';

/**
 * Runs a bundle in workerd. A process of its own, so that it can be stopped and killed like the servers; plain
 * JavaScript, as Node 20 cannot run TypeScript.
 *
 * `wrangler dev` would put a second worker in front, which loses requests after aborted uploads and is several times
 * slower than the worker itself.
 */
const miniflare = new Miniflare(JSON.parse(process.env['WORKER'] ?? '{}'));
process.once('SIGTERM', () => void miniflare.dispose().then(() => process.exit(0)));
console.log(`listening on ${await miniflare.ready}`);
