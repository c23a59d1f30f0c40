/**
 * `node fixed-number.mjs <url> <connections> <requests> <bytes> [<rate>]`: sends so many requests, with bodies of so
 * many bytes, over so many connections, and prints as JSON how many responses were wrong. Without a rate in requests
 * per second, they follow each other as fast as responses arrive.
 */
import { openConnection } from './connection.mjs';
import { requestMessage } from './message.mjs';

const [address = '', connections = '1', requests = '1', bytes = '0', rate = 'Infinity'] =
  process.argv.slice(2);
const url = new URL(address);
const message = requestMessage(url, Number(bytes));
const total = Number(requests);
let sent = 0;
let wrong = 0;

/** Milliseconds between two looks at what is due. */
const TICK_MS = 1;
/** Connections without a request that is due. @type {(() => void)[]} */
const idle = [];
const began = performance.now();
const due = () => Math.min(total, ((performance.now() - began) / 1000) * Number(rate));
const isOver = () => sent === total;
setInterval(() => {
  while (idle.length > 0 && (isOver() || sent < due())) idle.shift()?.();
}, TICK_MS);

await Promise.all(Array.from({ length: Number(connections) }, client));
console.log(JSON.stringify({ wrong }));
process.exit();

async function client() {
  const { ask } = await openConnection(url);
  return new Promise((resolve) => {
    const next = () => {
      if (isOver()) return resolve(null);
      if (sent >= due()) return idle.push(next);
      sent += 1;
      ask(message, (right) => {
        if (!right) wrong += 1;
        next();
      });
    };
    next();
  });
}
