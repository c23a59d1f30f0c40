/**
 * Runs a Worker in a new workerd, options for Miniflare in WORKER, and prints `first answer <number>`:
 * the milliseconds until then. The Worker's own log comes beside that.
 */
import { Miniflare } from 'miniflare';

const options = JSON.parse(process.env['WORKER'] ?? '{}');
const began = performance.now();
const miniflare = new Miniflare(options);
const response = await fetch(new URL('/apisix/status', await miniflare.ready));
await response.arrayBuffer();
const milliseconds = performance.now() - began;
await miniflare.dispose();
if (response.status !== 200) throw new Error(`answered ${response.status}`);
console.log(`first answer ${milliseconds}`);
process.exit();
