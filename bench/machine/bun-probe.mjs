/** Like `node-probe.mjs`, for Bun: loaded with `--preload`. */
import { createServer } from 'node:net';
// @ts-expect-error: types of Bun would clash with those of Node.
import { heapStats } from 'bun:jsc';

createServer((socket) => {
  socket.on('error', () => {});
  // @ts-expect-error: as above.
  Bun.gc(true);
  // Includes array buffers.
  socket.end(String(heapStats().heapSize));
})
  .listen(process.env['PROBE_SOCKET'])
  .unref();
