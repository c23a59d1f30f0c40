/**
 * `node open-rate.mjs <url> <connections> <rate> <seconds>`: sends GETs at a rate that does not wait for
 * answers, and prints as JSON how long they took. A request counts from the time it was due, not from
 * when a connection was free for it: else a gateway that stalls would slow down what measures it, and
 * most of the wait would not be seen (coordinated omission).
 */
import { openConnection } from './connection.mjs';
import { requestMessage } from './message.mjs';

const [address = '', connections = '1', rate = '1', seconds = '1'] = process.argv.slice(2);
const url = new URL(address);
const message = requestMessage(url, 0);
const interval = 1000 / Number(rate);
const total = Math.floor(Number(rate) * Number(seconds));

/** Milliseconds. `late` is how long a request waited for this program, with a connection free for it. */
const took = /** @type {number[]} */ ([]);
const late = /** @type {number[]} */ ([]);
let wrong = 0;

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
    if (client.since <= due) late.push(now - due);
    client.connection.ask(message, (right) => {
      const answered = performance.now();
      took.push(answered - due);
      if (!right) wrong += 1;
      client.since = answered;
      idle.push(client);
      if (took.length === total) resolve(null);
      pump();
    });
  };
  // Answers keep the clock, too, so the grain of this timer shows at low rates alone.
  setInterval(pump, 1);
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
