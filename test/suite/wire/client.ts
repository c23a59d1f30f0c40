import { connect } from 'node:net';
import { declaredFraming, type Framing, type Message, NO_BODY, readMessage } from './message.ts';

/** A response as a client got it. */
export interface Received {
  /** Heads of 1xx responses before it. */
  readonly interim: readonly string[];
  /** `null` when the connection closed before there was a head. */
  readonly message: Message | null;
  /** How it ended: connection kept, closed, closed before the response was complete, or with surplus bytes. */
  readonly end: 'kept' | 'closed' | 'cut' | 'surplus';
}

/** In milliseconds. Longer than any exchange takes on a busy machine, and shorter than a test's timeout. */
const LIMIT_MS = 10_000;

/**
 * Writes a request in exact bytes and reads the response to its end.
 *
 * @param onProgress called with the bytes of the body that have arrived so far
 */
export function exchangeBytes(
  port: number,
  request: string,
  onProgress: (body: string) => void,
): Promise<Received> {
  const head = request.startsWith('HEAD ');
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request, 'latin1'));
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end of the response: ${JSON.stringify(received.slice(0, 2000))}`));
    }, LIMIT_MS);
    const over = (closed: boolean) => {
      clearTimeout(timer);
      resolve(ended(read(received, head), closed));
      socket.destroy();
    };
    socket.setEncoding('latin1');
    socket.on('data', (part: string) => {
      received += part;
      const { message } = read(received, head);
      if (message === null) return;
      if (message.isComplete && !closes(message)) over(false);
      else onProgress(message.body);
    });
    socket.on('error', () => {});
    socket.on('close', () => over(true));
  });
}

type Read = Pick<Received, 'interim' | 'message'>;

function read(bytes: string, head: boolean): Read {
  const interim: string[] = [];
  for (let rest = bytes; ;) {
    const message = readMessage(
      rest,
      (line, fields) => framingOf(line, head) ?? declaredFraming(fields) ?? CLOSE,
    );
    if (message === null || !/^\S+ 1\d\d/.test(message.line)) return { interim, message };
    interim.push([message.line, ...message.fields.map(({ line }) => line)].join('\n'));
    rest = message.rest;
  }
}

const CLOSE: Framing = { kind: 'close' };

/** Responses without a body, whatever their fields say (RFC 9112 section 6.3). */
function framingOf(line: string, head: boolean): Framing | null {
  return head || /^\S+ (?:1\d\d|204|304)/.test(line) ? NO_BODY : null;
}

function closes({ fields }: Message): boolean {
  return fields.some(({ line }) => /^connection:.*\bclose\b/i.test(line));
}

function ended({ interim, message }: Read, closed: boolean): Received {
  if (message === null) return { interim, message, end: 'cut' };
  if (message.rest !== '') return { interim, message, end: 'surplus' };
  if (!closed) return { interim, message, end: 'kept' };
  // A body that is delimited by close is complete.
  const untilClose = declaredFraming(message.fields) === null;
  return { interim, message, end: message.isComplete || untilClose ? 'closed' : 'cut' };
}
