/**
 * `node peer.mjs <url> <number of an input> <form> <connections> <seconds>`: a client that sends requests one after
 * another on each connection, as fast as responses arrive. For an input of a server it requests that input. Prints as
 * JSON how many responses arrived.
 */
import { connect } from 'node:net';
import { INPUTS } from './inputs.mjs';
import { write } from './write.mjs';
import { takeLowestPriority } from '../machine/low-priority.mjs';

const [address = '', index = '0', name = 'plain', connections = '1', seconds = '1'] =
  process.argv.slice(2);
const url = new URL(address);
const input = INPUTS[Number(index)];
if (input === undefined) throw new Error(`no input ${index}`);
const asking = `GET ${url.pathname} HTTP/1.1\r\nHost: gateway.example\r\n\r\n`;
const form =
  input.sender === 'client'
    ? input[name === 'plain' ? 'plain' : 'costly']
    : { bytes: Buffer.from(asking), cut: Infinity, closes: false };
// It must not take the core from the other client, which shares it.
takeLowestPriority();
let responses = 0;

/** A connection that sends its next request after each response; a new connection replaces a closed one. */
function open() {
  const socket = connect(Number(url.port), url.hostname);
  let tail = '';
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('close', () => {
    if (form.closes) responses += 1;
    open();
  });
  socket.on('data', (bytes) => {
    tail = (tail + bytes.toString('latin1')).slice(-64 * 1024);
    if (form.closes || !isComplete(tail)) return;
    tail = '';
    responses += 1;
    write(socket, form);
  });
  write(socket, form);
}

/** Sufficient for the responses of the servers here. */
function isComplete(/** @type {string} */ text) {
  if (text.endsWith('\r\n\r\n') && text.includes('\r\n0\r\n')) return true;
  // Interim responses may precede it.
  const final = text.slice(Math.max(0, text.search(/HTTP\/1\.1 [2-5]/)));
  const head = final.indexOf('\r\n\r\n');
  if (head === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(final.slice(0, head));
  return length !== null && final.length >= head + 4 + Number(length[1]);
}

for (let i = 0; i < Number(connections); i++) open();
setTimeout(
  () => {
    console.log(JSON.stringify({ responses }));
    process.exit();
  },
  Number(seconds) * 1000,
);
