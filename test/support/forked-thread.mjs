/** Prints whether a process of `node:cluster` can start a thread: `a thread works`, or `a thread fails`. */
import cluster from 'node:cluster';
import process from 'node:process';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

if (!isMainThread) {
  parentPort?.postMessage('works');
} else if (cluster.isPrimary) {
  if ('Deno' in globalThis) {
    cluster.setupPrimary({ execArgv: ['run', '--allow-read', '--allow-env'] });
    // Deno would copy all variables, which the gateway may not read.
    Object.defineProperty(process, 'env', { value: {} });
  }
  cluster.fork().on('message', (result) => {
    console.log(`a thread ${result}`);
    process.exit();
  });
} else {
  const tell = (/** @type {string} */ result) => void process.send?.(result);
  new Worker(new URL(import.meta.url)).on('message', tell).on('error', () => tell('fails'));
}
