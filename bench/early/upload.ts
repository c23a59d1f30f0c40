import { connect } from 'node:net';

/** Of an upload: more than the system takes at once. */
const SIZE = 2_000_000;

const CHUNK = 50_000;

/** How the end of a body is told. */
export const FRAMINGS = {
  'a length': {
    field: `Content-Length: ${SIZE}`,
    body: Buffer.alloc(SIZE, 'x'),
  },
  chunks: {
    field: 'Transfer-Encoding: chunked',
    body: Buffer.from(
      `${`${CHUNK.toString(16)}\r\n${'x'.repeat(CHUNK)}\r\n`.repeat(SIZE / CHUNK)}0\r\n\r\n`,
    ),
  },
} as const;

export type FramingName = keyof typeof FRAMINGS;

/** Milliseconds for what has come in before a write failed to be read. */
const LAST_WORDS = 50;

/** Longer than any upload takes: what has no end by then hangs. */
const LIMIT = 10_000;

/**
 * Sends a whole body before it looks for an answer, and gives up only when nothing more comes, as a plain blocking
 * client does.
 *
 * @returns the status, or `null` when no whole answer came
 */
export function upload(port: number, path: string, framing: FramingName): Promise<string | null> {
  const { field, body } = FRAMINGS[framing];
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({
      port,
      host: '127.0.0.1',
      // A stream drops what is read behind an error.
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
    const timer = setTimeout(over, LIMIT);
    function over(): void {
      clearTimeout(timer);
      resolve(statusOf(text));
      destroy.call(socket);
    }
    socket.destroy = () => {
      setTimeout(over, LAST_WORDS);
      return socket;
    };
    socket.on('error', () => {});
    socket.on('end', over);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`);
    socket.write(body);
  });
}

/** The status of a response that is there to its end, which its length tells. */
function statusOf(text: string): string | null {
  const [head, status, length] =
    /^HTTP\/1\.1 (\d+)[^]*?\r\nContent-Length: (\d+)[^]*?\r\n\r\n/i.exec(text) ?? [];
  const isWhole = head !== undefined && text.length === head.length + Number(length);
  return isWhole ? status! : null;
}
