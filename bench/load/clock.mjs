/**
 * A worker thread that ticks every `workerData` milliseconds, which may be a fraction. Timers of an event loop are up
 * to two milliseconds late, which is more than a request takes here, and a busy loop would take the core from the
 * programs that share it.
 */
import { parentPort, workerData } from 'node:worker_threads';

const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
for (;;) {
  Atomics.wait(nobody, 0, 0, workerData);
  // `targetOrigin` is for windows only.
  parentPort?.postMessage(null);
}
