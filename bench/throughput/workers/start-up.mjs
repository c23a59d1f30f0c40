/**
 * Runs a Worker in a new workerd, with the Miniflare options in WORKER, and prints `first response <number>`: the
 * milliseconds until the first response. The Worker's own log is printed as well.
 */
import { Miniflare } from 'miniflare';

const options = JSON.parse(process.env['WORKER'] ?? '{}');
const began = performance.now();
const miniflare = new Miniflare(options);
const response = await fetch(new URL('/apisix/status', await miniflare.ready));
await response.arrayBuffer();
const milliseconds = performance.now() - began;
await miniflare.dispose();
if (response.status !== 200) throw new Error(`status ${response.status}`);
console.log(`first response ${milliseconds}`);
process.exit();
