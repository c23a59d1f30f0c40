/**
 * `node peer.mjs <port> <connections> <last>`: a client of HTTP/2 that sends on each connection all that it has to send, as
 * fast as it is taken. It begins anew as soon as the connection is ended, or `last` has come back. What it has to send
 * comes by stdin: JSON of strings in base64, one for each connection in turn. Prints on SIGTERM as JSON how many
 * connections it has opened.
 */
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { takeLowestPriority } from '../machine/low-priority.mjs';

const [port = '', connections = '1', last = ''] = process.argv.slice(2);
const scripts = /** @type {readonly string[]} */ (await json(process.stdin)).map((script) =>
  Buffer.from(script, 'base64'),
);
// It must not take the core from the other client, which shares it.
takeLowestPriority();
let opened = 0;

function open(/** @type {Buffer} */ script) {
  opened += 1;
  const socket = connect(Number(port), '127.0.0.1');
  let tail = '';
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('end', () => socket.destroy());
  socket.on('close', () => open(script));
  socket.on('data', (bytes) => {
    const text = tail + bytes.toString('latin1');
    tail = text.slice(1 - last.length);
    if (text.includes(last)) socket.destroy();
  });
  socket.write(script);
}

for (let i = 0; i < Number(connections); i++)
  open(/** @type {Buffer} */ (scripts[i % scripts.length]));
process.once('SIGTERM', () => {
  console.log(JSON.stringify({ opened }));
  process.exit();
});
