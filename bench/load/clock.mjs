/**
 * A worker that ticks every `workerData` milliseconds, parts of one included: the timers of an event loop
 * come up to two milliseconds late, which is more than a request takes here, and a loop that spins keeps
 * the core from those who share it.
 */
import { parentPort, workerData } from 'node:worker_threads';

const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
for (;;) {
  Atomics.wait(nobody, 0, 0, workerData);
  // oxlint-disable-next-line require-post-message-target-origin -- that is for windows
  parentPort?.postMessage(null);
}
