/**
 * `node open-rate.mjs <url> <connections> <rate> <seconds>`: sends GETs at a rate that does not wait for
 * answers, and prints as JSON how long they took. A request counts from the time it was due, not from
 * when a connection was free for it: else a gateway that stalls would slow down what measures it, and
 * most of the wait would not be seen (coordinated omission).
 */
import { Worker } from 'node:worker_threads';
import { openConnection } from './connection.mjs';
import { requestMessage } from './message.mjs';

const [address = '', connections = '1', rate = '1', seconds = '1'] = process.argv.slice(2);
const url = new URL(address);
const message = requestMessage(url, 0);
const interval = 1000 / Number(rate);
/** Not counted: those in which this program itself is still slow. */
const WARM_UP_SECONDS = 1;
const warmUp = Math.floor(Number(rate) * WARM_UP_SECONDS);
const total = warmUp + Math.floor(Number(rate) * Number(seconds));

/** Milliseconds. `late` is how long a request waited for this program, with a connection free for it. */
const took = /** @type {number[]} */ ([]);
const late = /** @type {number[]} */ ([]);
let wrong = 0;

/** Milliseconds between two looks at what is due. */
const GRAIN = 0.25;
const clock = new Worker(new URL('clock.mjs', import.meta.url), { workerData: GRAIN });
const opened = await Promise.all(Array.from({ length: Number(connections) }, open));
const idle = [...opened];
let next = 0;
const began = performance.now() + interval;
const whole = new Promise((resolve) => {
  const pump = () => {
    for (; next < total && idle.length > 0; next += 1) {
      const due = began + next * interval;
      const now = performance.now();
      if (now < due) return;
      send(/** @type {typeof opened[number]} */ (idle.pop()), due, now);
    }
  };

  /** @type {(client: typeof opened[number], due: number, now: number) => void} */
  const send = (client, due, now) => {
    const counts = next >= warmUp;
    if (counts && client.since <= due) late.push(now - due);
    client.connection.ask(message, (right) => {
      const answered = performance.now();
      if (counts) took.push(answered - due);
      if (!right) wrong += 1;
      client.since = answered;
      idle.push(client);
      if (took.length === total - warmUp) resolve(null);
      pump();
    });
  };
  clock.on('message', pump);
});
await whole;

/** @type {(values: number[], share: number) => number} */
const quantile = (values, share) => values[Math.ceil(values.length * share) - 1] ?? 0;
took.sort((a, b) => a - b);
late.sort((a, b) => a - b);
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
