/**
 * `npm run walk`: which files a mirrored request runs through on Node, and which objects represent it.
 *
 * Files: those with a function that V8 ran between two samples, while one request and its copy got their responses,
 * without `drain`, by which this program waits for the copy. A hundred requests before it have created everything
 * that is created once. Objects: those that exist while a hundred requests and their copies wait for responses, less
 * those that exist when all responses have arrived and every connection is idle; by class, or without a class by the
 * names of their members.
 *
 * With `--functions` each file is followed by the functions that ran.
 */
import { on, once } from 'node:events';
import { Session } from 'node:inspector/promises';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { createGateway } from '../../dist/index.js';
import { nodeRuntime } from '../../dist/runtime/node.js';
import { grown } from './heap.mjs';

/** @typedef {import('node:net').Socket} Socket */

const REQUESTS = 100;
const BUILT = new URL('../../dist/', import.meta.url).href;

const KINDS = {
  GET: 'GET /walk HTTP/1.1\r\nHost: gateway.test\r\n\r\n',
  POST: `POST /walk HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 16384\r\n\r\n${'x'.repeat(16_384)}`,
};

const withFunctions = process.argv.includes('--functions');

const [upstream, mirror] = await Promise.all([origin(), origin()]);
const runtime = nodeRuntime();
const gateway = createGateway({
  runtime,
  routes: [
    {
      uri: '/*',
      upstream: { nodes: { [upstream.authority]: 1 } },
      plugins: { 'proxy-mirror': { host: `http://${mirror.authority}` } },
    },
  ],
});
const listening = await runtime.listen({ app: gateway, hostname: '127.0.0.1', port: 0 });
for (const [kind, message] of Object.entries(KINDS)) {
  const files = await filesOf(message);
  const http1 = files.filter(({ path }) => path.startsWith('http1/'));
  console.log(`\n${kind}: ${files.length} files, ${http1.length} of them of http1`);
  for (const { path, functions } of files)
    console.log(withFunctions ? `  ${path}: ${functions.join(', ')}` : `  ${path}`);
  console.log(`${kind}: objects for each request in flight`);
  for (const { name, count } of await objectsOf(message)) console.log(`  ${count} ${name}`);
}
process.exit();

async function client() {
  const socket = connect(listening.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/**
 * @param {Socket} socket
 * @param {string} message
 */
async function exchange(socket, message) {
  socket.write(message);
  await once(socket, 'data');
  await gateway.drain(10_000);
}

/** @param {string} message */
async function filesOf(message) {
  const socket = await client();
  for (let i = 0; i < REQUESTS; i++) await exchange(socket, message);
  const files = await filesOfOurs(() => exchange(socket, message));
  socket.destroy();
  return files;
}

/** @param {string} message */
async function objectsOf(message) {
  const sockets = await Promise.all(Array.from({ length: REQUESTS }, client));
  // Once in full, so that upstream and mirror have their connections.
  const end = await inFlight(sockets, message);
  await end();
  const grownBy = await grown(await inFlight(sockets, message), REQUESTS);
  for (const socket of sockets) socket.destroy();
  return grownBy;
}

/**
 * Has a request on each connection in flight at the same time.
 *
 * @param {readonly Socket[]} sockets
 * @param {string} message
 * @returns a function that completes all of them
 */
async function inFlight(sockets, message) {
  const kept = Promise.all([upstream.keep(REQUESTS), mirror.keep(REQUESTS)]);
  for (const socket of sockets) socket.write(message);
  await kept;
  return async () => {
    const responses = sockets.map((socket) => once(socket, 'data'));
    upstream.release();
    mirror.release();
    await Promise.all(responses);
    await gateway.drain(10_000);
  };
}

/** A server in its own thread, so that its objects are not counted with ours. */
async function origin() {
  const worker = new Worker(new URL('origin.mjs', import.meta.url));
  const [{ port }] = await once(worker, 'message');
  return {
    authority: `127.0.0.1:${port}`,
    /**
     * Holds responses back. Resolves once so many requests wait.
     *
     * @param {number} requests
     */
    async keep(requests) {
      worker.postMessage({ held: true });
      for await (const [{ kept }] of on(worker, 'message')) if (kept === requests) return;
    },
    release: () => worker.postMessage({ held: false }),
  };
}

/**
 * Our files in which a function ran, with these functions.
 *
 * @param {() => Promise<void>} run
 */
async function filesOfOurs(run) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await session.post('Profiler.takePreciseCoverage');
  await run();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  return result
    .filter(({ url, functions }) => url.startsWith(BUILT) && functions.some(ran))
    .map(({ url, functions }) => ({
      path: url.slice(BUILT.length).replace(/\.js$/, '.ts'),
      functions: functions.filter(ran).map(({ functionName }) => functionName || '(anonymous)'),
    }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** @param {import('node:inspector').Profiler.FunctionCoverage} function_ */
function ran({ functionName, ranges }) {
  return functionName !== 'drain' && ranges[0] !== undefined && ranges[0].count > 0;
}
