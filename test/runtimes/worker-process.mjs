import { Miniflare } from 'miniflare';

/**
 * Runs a bundle in workerd. A process of its own, so that it can be stopped and killed like the
 * servers; plain JavaScript, as Node 20 runs no TypeScript.
 *
 * `wrangler dev` would put a second worker in front, which loses requests after uploads that were
 * broken off and is several times slower than what it shows.
 */
const miniflare = new Miniflare(JSON.parse(process.env['WORKER'] ?? '{}'));
process.once('SIGTERM', () => void miniflare.dispose().then(() => process.exit(0)));
console.log(`listening on ${await miniflare.ready}`);
