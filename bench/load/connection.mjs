/**
 * A keep-alive connection on a bare socket, which uses less of its core than `node:http`: one request after another,
 * each a buffer sent as it is.
 */
import { connect } from 'node:net';

/** Milliseconds after which a gateway without a response ends the run, so that no run lasts for ever. */
const SILENCE_MS = 20_000;

/**
 * @typedef {object} Connection
 * @property {(request: Buffer, done: (right: boolean) => void) => void} ask one at a time; `right` when the response
 * is a 200 with the expected number of bytes
 * @property {() => void} close
 */

/**
 * Opens a connection. If it ends during a request, that request and every later one fails: the run is invalid then,
 * and a new connection would hide it.
 * @param {{ hostname: string, port: string }} address
 * @param {number} expected bytes of each response body; NaN: any
 * @returns {Promise<Connection>}
 */
export function openConnection({ hostname, port }, expected = NaN) {
  const socket = connect(Number(port), hostname);
  let done = /** @type {((right: boolean) => void) | null} */ (null);
  let response = newResponse();

  const finish = (/** @type {boolean} */ right) => {
    const call = done;
    done = null;
    response = newResponse();
    call?.(right);
  };
  socket.setNoDelay(true);
  socket.setTimeout(SILENCE_MS, () => done && socket.destroy());
  socket.on('data', (bytes) => {
    take(response, bytes);
    if (!response.whole) return;
    finish(response.status === 200 && (Number.isNaN(expected) || response.bytes === expected));
  });
  socket.on('close', () => finish(false));

  return new Promise((resolve) => {
    const opened = {
      ask(/** @type {Buffer} */ request, /** @type {(right: boolean) => void} */ callback) {
        if (socket.destroyed || !socket.writable) return void setImmediate(callback, false);
        done = callback;
        socket.write(request);
      },
      close: () => void socket.destroy(),
    };
    socket.once('connect', () => resolve(opened));
    socket.once('error', () => resolve(opened));
    socket.on('error', () => {});
  });
}

/**
 * @typedef {object} ResponseState
 * @property {Buffer | null} head the part of the head that has arrived, until it is complete
 * @property {number} status
 * @property {number} length announced length of the body; NaN: chunked
 * @property {number} bytes of the body so far, with the framing of a chunked body
 * @property {boolean} whole
 */

/** @returns {ResponseState} */
function newResponse() {
  return { head: Buffer.alloc(0), status: 0, length: 0, bytes: 0, whole: false };
}

const LAST_CHUNK = '0\r\n\r\n';

/**
 * @param {ResponseState} response
 * @param {Buffer} bytes
 */
function take(response, bytes) {
  let body = bytes;
  if (response.head !== null) {
    const head = response.head.length === 0 ? bytes : Buffer.concat([response.head, bytes]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) {
      response.head = head;
      return;
    }
    const text = head.toString('latin1', 0, end);
    response.head = null;
    response.status = Number(text.slice(9, 12));
    response.length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? NaN);
    body = head.subarray(end + 4);
  }
  response.bytes += body.length;
  response.whole = Number.isNaN(response.length)
    ? body.subarray(-LAST_CHUNK.length).toString('latin1') === LAST_CHUNK
    : response.bytes >= response.length;
}
