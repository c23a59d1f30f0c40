/**
 * `node fixed-number.mjs <url> <connections> <requests> <bytes>`: sends so many requests, with bodies of so many
 * bytes, over so many connections, as fast as responses arrive, and prints as JSON how many responses were wrong.
 */
import { openConnection } from './connection.mjs';
import { requestMessage } from './message.mjs';

const [address = '', connections = '1', requests = '1', bytes = '0'] = process.argv.slice(2);
const url = new URL(address);
const message = requestMessage(url, Number(bytes));
let left = Number(requests);
let wrong = 0;

await Promise.all(Array.from({ length: Number(connections) }, client));
console.log(JSON.stringify({ wrong }));
process.exit();

async function client() {
  const { ask } = await openConnection(url);
  return new Promise((resolve) => {
    const next = () => {
      if (left === 0) return resolve(null);
      left -= 1;
      ask(message, (right) => {
        if (!right) wrong += 1;
        next();
      });
    };
    next();
  });
}
