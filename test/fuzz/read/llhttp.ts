import { createServer, type IncomingMessage, request as httpRequest, type Server } from 'node:http';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Field, Message } from './message.ts';

/** The requests that `node:http` read from a stream, and its error. */
export interface LlhttpRequests {
  readonly requests: readonly Message[];
  /** Code of its error, or `null`. */
  readonly error: string | null;
}

/** A response as the client of `node:http` reads it. */
export interface LlhttpResponse {
  /** `null`: no response began. */
  readonly message: Message | null;
  readonly isComplete: boolean;
  readonly interim: readonly number[];
  readonly error: string | null;
}

const HEAD_LIMIT_BYTES = 128 * 1024;

/** A connection without a socket: pushed bytes arrive, written bytes are dropped. */
class Wire extends Duplex {
  constructor() {
    super({ read() {}, write: (_chunk, _encoding, done) => done() });
  }
  // Methods of a socket that node:http calls and that do nothing here.
  setTimeout(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

/** llhttp in strict mode as a server: the second opinion on requests. */
export class LlhttpServer {
  readonly #server: Server;
  readonly #reading = new Map<Duplex, { requests: Message[]; error: string | null }>();

  constructor() {
    const onRequest = (request: IncomingMessage, response: { end(): void }) => {
      const { requests } = this.#reading.get(request.socket)!;
      collect(request, (message) => {
        requests.push(message);
        response.end();
      });
    };
    this.#server = createServer({
      insecureHTTPParser: false,
      maxHeaderSize: HEAD_LIMIT_BYTES,
      requireHostHeader: true,
    });
    this.#server.maxHeadersCount = 0;
    this.#server.on('request', onRequest);
    this.#server.on('checkContinue', onRequest);
    this.#server.on('checkExpectation', onRequest);
    // Stays open: requests that were complete before the error must still be read.
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      this.#reading.get(socket)!.error ??= error.code ?? error.message;
    });
  }

  async read(pieces: readonly string[]): Promise<LlhttpRequests> {
    const wire = new Wire();
    const reading = { requests: [] as Message[], error: null as string | null };
    this.#reading.set(wire, reading);
    this.#server.emit('connection', wire);
    await feed(wire, pieces, true);
    wire.destroy();
    this.#reading.delete(wire);
    return reading;
  }
}

/** llhttp in strict mode as a client: the second opinion on responses. */
export async function readWithLlhttp(
  pieces: readonly string[],
  method: string,
  closed: boolean,
): Promise<LlhttpResponse> {
  const wire = new Wire();
  const reading = {
    message: null as Message | null,
    isComplete: false,
    interim: [] as number[],
    error: null as string | null,
  };
  const request = httpRequest({
    method,
    createConnection: () => wire,
    insecureHTTPParser: false,
    maxHeaderSize: HEAD_LIMIT_BYTES,
    headers: { host: 'a.example', te: 'trailers', connection: 'TE' },
  });
  request.maxHeadersCount = 0;
  request.on('information', ({ statusCode }) => reading.interim.push(statusCode));
  request.on(
    'error',
    (error: NodeJS.ErrnoException) => (reading.error ??= error.code ?? error.message),
  );
  request.on('upgrade', (response: IncomingMessage) => (reading.message = headOf(response)));
  request.on('response', (response) => {
    reading.message = headOf(response);
    response.on(
      'error',
      (error: NodeJS.ErrnoException) => (reading.error ??= error.code ?? error.message),
    );
    collect(response, (message) => {
      reading.message = message;
      reading.isComplete = response.complete;
    });
  });
  request.end();
  await turn();
  await feed(wire, pieces, closed);
  wire.destroy();
  return reading;
}

/** Feeds all pieces; each is read before the next is sent. */
async function feed(wire: Duplex, pieces: readonly string[], closed: boolean): Promise<void> {
  for (const piece of pieces) {
    if (wire.destroyed) return;
    wire.push(Buffer.from(piece, 'latin1'));
    await turn();
  }
  if (closed && !wire.destroyed) wire.push(null);
  for (let turns = 0; turns < 4; turns++) await turn();
}

function collect(message: IncomingMessage, done: (message: Message) => void): void {
  let body = '';
  message.setEncoding('latin1');
  message.on('data', (text: string) => (body += text));
  message.on('end', () =>
    done({ ...headOf(message), body, trailers: fieldsOf(message.rawTrailers) }),
  );
}

function headOf(message: IncomingMessage): Message {
  const { method, url, httpVersion, statusCode, statusMessage, rawHeaders } = message;
  const version = `HTTP/${httpVersion}`;
  return {
    line:
      typeof statusCode === 'number'
        ? [version, String(statusCode), statusMessage!]
        : [method!, url!, version],
    fields: fieldsOf(rawHeaders),
    body: '',
    trailers: [],
  };
}

function fieldsOf(raw: readonly string[]): Field[] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1]!] as const] : []));
}
