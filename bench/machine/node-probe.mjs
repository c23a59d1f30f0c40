/**
 * Loaded into a gateway on Node with `--import`. Sends the live memory, measured after a collection, to each
 * connection to the socket PROBE_SOCKET. Resident memory would mislead, as Node keeps the garbage of a large upload
 * for a while.
 */
import { createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

createServer((socket) => {
  socket.on('error', () => {});
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  socket.end(String(heapUsed + arrayBuffers));
})
  .listen(process.env['PROBE_SOCKET'])
  .unref();
