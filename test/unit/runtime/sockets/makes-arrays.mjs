import { getHeapStatistics } from 'node:v8';
import { serveThread } from '../../../../dist/runtime/sockets/thread.js';

// A thread that makes 2 MiB of arrays for each message, keeps none, and tells how many bytes of them there are.

const ARRAYS = 8;
const BYTES = 256 * 1024;

serveThread(async () => {
  Array.from({ length: ARRAYS }, () => new Uint8Array(BYTES));
  return getHeapStatistics().external_memory;
});
