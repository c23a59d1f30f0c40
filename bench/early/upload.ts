import { connect } from 'node:net';

/** Bytes of an upload: more than socket buffers hold. */
const SIZE_BYTES = 2_000_000;

const CHUNK_BYTES = 50_000;

/** How the body is framed. */
export const FRAMINGS = {
  'a length': {
    field: `Content-Length: ${SIZE_BYTES}`,
    body: Buffer.alloc(SIZE_BYTES, 'x'),
  },
  chunks: {
    field: 'Transfer-Encoding: chunked',
    body: Buffer.from(
      `${`${CHUNK_BYTES.toString(16)}\r\n${'x'.repeat(CHUNK_BYTES)}\r\n`.repeat(SIZE_BYTES / CHUNK_BYTES)}0\r\n\r\n`,
    ),
  },
} as const;

export type FramingName = keyof typeof FRAMINGS;

/** Milliseconds in which bytes that arrived before a failed write can still be read. */
const LAST_WORDS_MS = 50;

/** Milliseconds that no upload takes: an upload without an end by then hangs. */
const LIMIT_MS = 10_000;

/**
 * Sends a complete body before it reads the response, and gives up only when nothing more arrives, like a plain
 * blocking client.
 *
 * @returns the status, or `null` when no complete response arrived
 */
export function upload(port: number, path: string, framing: FramingName): Promise<string | null> {
  const { field, body } = FRAMINGS[framing];
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({
      port,
      host: '127.0.0.1',
      // A stream would drop bytes that are read after an error.
      onread: {
        buffer: Buffer.alloc(64 * 1024),
        callback(length, bytes) {
          text += Buffer.from(bytes.subarray(0, length)).toString('latin1');
          if (statusOf(text) !== null) over();
          return true;
        },
      },
    });
    const { destroy } = socket;
    const timer = setTimeout(over, LIMIT_MS);
    function over(): void {
      clearTimeout(timer);
      resolve(statusOf(text));
      destroy.call(socket);
    }
    socket.destroy = () => {
      setTimeout(over, LAST_WORDS_MS);
      return socket;
    };
    socket.on('error', () => {});
    socket.on('end', over);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`);
    socket.write(body);
  });
}

/** The status of a response with Content-Length that is complete, else `null`. */
function statusOf(text: string): string | null {
  const [head, status, length] =
    /^HTTP\/1\.1 (\d+)[^]*?\r\nContent-Length: (\d+)[^]*?\r\n\r\n/i.exec(text) ?? [];
  const isComplete = head !== undefined && text.length === head.length + Number(length);
  return isComplete ? status! : null;
}
