/**
 * `node open-rate.mjs <url> <connections> <rate> <seconds>`: sends GETs at a fixed rate without waiting for
 * responses, and prints their latencies as JSON. A latency counts from the time when the request was due, not from
 * when a connection was free for it: else a gateway that stalls would slow down the load generator, and most of the
 * wait would not be measured (coordinated omission).
 */
import { Worker } from 'node:worker_threads';
import { openConnection } from './connection.mjs';
import { requestMessage } from './message.mjs';

const [address = '', connections = '1', rate = '1', seconds = '1'] = process.argv.slice(2);
const url = new URL(address);
const message = requestMessage(url, 0);
const interval = 1000 / Number(rate);
/**
 * Not counted: in these seconds this program itself is still slow. The latencies are recorded all the same, since
 * code that does something for the first time is deoptimised and compiled again.
 */
const WARM_UP_S = 1;
const warmUp = Math.floor(Number(rate) * WARM_UP_S);
const total = warmUp + Math.floor(Number(rate) * Number(seconds));

/** In milliseconds. `late` is how long a request waited for this program although a connection was free. */
const took = new Float64Array(total);
const late = new Float64Array(total).fill(NaN);
let responses = 0;
let wrong = 0;

/** Milliseconds between two checks for requests that are due. */
const GRAIN_MS = 0.25;
const clock = new Worker(new URL('clock.mjs', import.meta.url), { workerData: GRAIN_MS });
const opened = await Promise.all(Array.from({ length: Number(connections) }, open));
const idle = [...opened];
let next = 0;
const began = performance.now() + interval;
const allDone = new Promise((resolve) => {
  const pump = () => {
    for (; next < total && idle.length > 0; next += 1) {
      const due = began + next * interval;
      const now = performance.now();
      if (now < due) return;
      send(/** @type {typeof opened[number]} */ (idle.pop()), next, due, now);
    }
  };

  /** @type {(client: typeof opened[number], at: number, due: number, now: number) => void} */
  const send = (client, at, due, now) => {
    if (client.since <= due) late[at] = now - due;
    client.connection.ask(message, (right) => {
      const completed = performance.now();
      took[at] = completed - due;
      if (!right) wrong += 1;
      client.since = completed;
      idle.push(client);
      responses += 1;
      if (responses === total) resolve(null);
      pump();
    });
  };
  clock.on('message', pump);
});
await allDone;

/** @type {(values: Float64Array, share: number) => number} */
const quantile = (values, share) => {
  const counted = values
    .subarray(warmUp)
    .filter((value) => !Number.isNaN(value))
    .toSorted();
  return counted[Math.ceil(counted.length * share) - 1] ?? 0;
};
console.log(
  JSON.stringify({
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    late: quantile(late, 0.99),
    wrong,
  }),
);
process.exit();

async function open() {
  return { connection: await openConnection(url), since: 0 };
}
