/**
 * A keep-alive connection on a bare socket, which takes less of its core than `node:http` does: one
 * request after the other, each a buffer sent as it is.
 */
import { connect } from 'node:net';

/** How long a gateway may leave a request without an answer, so that no run goes on for ever. */
const SILENCE_MILLISECONDS = 20_000;

/**
 * @typedef {object} Connection
 * @property {(request: Buffer, done: (right: boolean) => void) => void} ask one at a time; `right`
 *   when the answer is a 200 with as many bytes as expected
 * @property {() => void} close
 */

/**
 * A connection that ends under a request answers it wrong, and so does every later one: the run is not
 * valid then, and a new connection would hide it.
 * @param {{ hostname: string, port: string }} address
 * @param {number} expected bytes of each answer's body; NaN: any
 * @returns {Promise<Connection>}
 */
export function openConnection({ hostname, port }, expected = NaN) {
  const socket = connect(Number(port), hostname);
  let done = /** @type {((right: boolean) => void) | null} */ (null);
  let answer = newAnswer();

  const finish = (/** @type {boolean} */ right) => {
    const call = done;
    done = null;
    answer = newAnswer();
    call?.(right);
  };
  socket.setNoDelay(true);
  socket.setTimeout(SILENCE_MILLISECONDS, () => done && socket.destroy());
  socket.on('data', (bytes) => {
    take(answer, bytes);
    if (!answer.whole) return;
    finish(answer.status === 200 && (Number.isNaN(expected) || answer.bytes === expected));
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
 * @typedef {object} Answer
 * @property {Buffer | null} head what came of the head, until it is whole
 * @property {number} status
 * @property {number} length of the body as announced; NaN: chunked
 * @property {number} bytes of the body so far; of a chunked one with its frames
 * @property {boolean} whole
 */

/** @returns {Answer} */
function newAnswer() {
  return { head: Buffer.alloc(0), status: 0, length: 0, bytes: 0, whole: false };
}

const LAST_CHUNK = '0\r\n\r\n';

/**
 * @param {Answer} answer
 * @param {Buffer} bytes
 */
function take(answer, bytes) {
  let body = bytes;
  if (answer.head !== null) {
    const head = answer.head.length === 0 ? bytes : Buffer.concat([answer.head, bytes]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) {
      answer.head = head;
      return;
    }
    const text = head.toString('latin1', 0, end);
    answer.head = null;
    answer.status = Number(text.slice(9, 12));
    answer.length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? NaN);
    body = head.subarray(end + 4);
  }
  answer.bytes += body.length;
  answer.whole = Number.isNaN(answer.length)
    ? body.subarray(-LAST_CHUNK.length).toString('latin1') === LAST_CHUNK
    : answer.bytes >= answer.length;
}
