import { constants, type ServerHttp2Stream } from 'node:http2';
import type { HeaderList } from '../../http/fields.ts';
import type { GatewayStatus } from '../../http/gateway-error.ts';
import type { Interim, Reply } from '../../http/messages.ts';
import { passableTrailers } from '../../http/trailers.ts';
import { BodyPipe, type Flow } from '../../http1/body-pipe.ts';
import { BodyBrokeOff, RequestRefusal } from '../../http1/errors.ts';
import { ownError } from '../../http1/own-error.ts';
import type { ConnectionOwner } from '../../http1/server/accepted.ts';
import { BODY_HIGH_WATER_BYTES, HEAD_LIMITS } from '../../http1/server/limits.ts';
import { type Link, ServerRequest } from '../../http1/server/request.ts';
import { outgoingResponse, type OutgoingResponse } from '../../http1/server/write-response.ts';
import { Deadline } from '../../http1/timers.ts';
import { UpgradedBody } from '../../http1/tunnel.ts';
import type { Turns } from '../../http1/turns.ts';
import type { Flusher } from '../flusher.ts';
import { parseHead } from './parse-head.ts';
import { interimFields, ResponseWriter } from './response-writer.ts';

const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_PROTOCOL_ERROR } = constants;

/** Bytes of a frame beside its data. */
const FRAME_BYTES = 9;

/** What a stream needs from its connection. */
export interface StreamOwner extends Pick<Link, 'scheme' | 'peer' | 'serverPort'> {
  readonly owner: ConnectionOwner;
  /** `null`: the runtime holds nothing back. */
  readonly flusher: Flusher | null;
  /** True if the client takes nothing at all, whatever the stream. */
  readonly isStuck: boolean;
  /** Sends a PING. Returns false if there are too many already. */
  ping(done: () => void): boolean;
  /** The head of a request is over the limits. */
  tooLargeHead(): void;
  ended(stream: ServerStream): void;
  destroy(): void;
}

/** One request of a connection over HTTP/2, and its response. What goes wrong with it concerns no other. */
export class ServerStream implements Link, Flow {
  readonly turns: Turns;
  /** node:http2 sends none above. */
  readonly maxStatus = 599;
  readonly #stream: ServerHttp2Stream;
  readonly #connection: StreamOwner;
  /** For the body. The writer has its own, since both may be under way. */
  readonly #deadline = new Deadline(() => this.#refuse(408));
  readonly #writer: ResponseWriter;
  #request: ServerRequest | null = null;
  /** The body of the request; `null` if it has none or nobody reads it. */
  #body: BodyPipe | null = null;
  /** Bytes of the body that are still to come, by Content-Length. */
  #left = Infinity;
  #trailers: HeaderList | null = null;
  #isComplete = false;
  #expectsContinue = false;
  #sent100Continue = false;
  /** Set once the response has begun. */
  #response: OutgoingResponse | null = null;

  constructor(stream: ServerHttp2Stream, connection: StreamOwner) {
    const { turns, clientTimeoutMs } = connection.owner;
    this.turns = turns;
    this.#stream = stream;
    this.#connection = connection;
    this.#writer = new ResponseWriter(
      stream,
      clientTimeoutMs,
      () => this.#notTaken(),
      connection.flusher,
    );
    stream.on('error', () => {}); // `close` follows.
    stream.once('close', () => this.#onClose());
  }

  get scheme(): Link['scheme'] {
    return this.#connection.scheme;
  }
  get peer(): string {
    return this.#connection.peer;
  }
  get serverPort(): number {
    return this.#connection.serverPort;
  }

  /** Reads the head and passes the request on. */
  begin(raw: readonly string[], endStream: boolean): void {
    this.#isComplete = endStream;
    // Taken back in the same piece: node:http2 tells of a request once it has read all of that.
    if (this.#isOver) return;
    try {
      const head = parseHead(raw, endStream, this.#connection.owner.headLimits ?? HEAD_LIMITS);
      if (endStream) this.#stream.resume();
      else this.#receive(head.framing);
      this.#expectsContinue = head.expectsContinue && this.#body !== null;
      this.#request = new ServerRequest(head, this.#body, this);
    } catch (error) {
      const status = error instanceof RequestRefusal ? error.status : 400;
      if (status === 431) this.#connection.tooLargeHead();
      return this.#refuse(status);
    }
    this.#respondTo(this.#request);
  }

  inform(_request: ServerRequest, interim: Interim): void {
    if (this.#response !== null || this.#isOver) return;
    if (interim.status === 100 && !this.#claim100Continue()) return;
    this.#inform(interim);
  }

  pause(): void {
    this.#stream.pause();
  }
  resume(): void {
    if (this.#body !== null) this.#stream.resume();
  }
  cancel(): void {
    this.#body = null;
    this.#deadline.clear();
    this.#stream.pause();
  }
  wanted(): void {
    if (this.#body === null) return;
    this.#deadline.set(this.#connection.owner.clientTimeoutMs);
    if (!this.#expectsContinue || this.#isOver || this.#response !== null) return;
    if (this.#claim100Continue()) this.#inform({ status: 100, reason: '', headers: [] });
  }

  get #isOver(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }

  /** Followed by a PING, since Deno sends an interim response only together with the next frame. */
  #inform(interim: Interim): void {
    this.#stream.additionalHeaders(interimFields(interim));
    this.#connection.ping(() => {});
  }

  /** True for the first call: a client gets at most one 100. */
  #claim100Continue(): boolean {
    if (this.#sent100Continue) return false;
    this.#sent100Continue = true;
    return true;
  }

  #receive(framing: ServerRequest['framing']): void {
    const stream = this.#stream;
    if (framing.kind !== 'chunked') this.#left = framing.kind === 'length' ? framing.length : 0;
    this.#body = new BodyPipe(this, BODY_HIGH_WATER_BYTES);
    stream.on('data', (bytes: Buffer) => this.#onData(bytes));
    stream.on('trailers', (_fields, _flags, raw?: readonly string[]) => {
      this.#trailers = passableTrailers([...(raw ?? [])], null);
    });
    stream.once('end', () => this.#onEnd());
  }

  #onData(bytes: Buffer): void {
    // A client that sends its body without waiting needs no 100 (RFC 9110 section 10.1.1).
    this.#expectsContinue = false;
    this.#left -= bytes.byteLength;
    if (this.#left < 0) return this.#malformedBody();
    if (this.#body === null) return;
    this.#deadline.clear();
    this.#body.push(bytes, bytes.byteLength + FRAME_BYTES);
  }

  #onEnd(): void {
    // A stream that was reset ends as well.
    if (this.#stream.aborted || this.#stream.rstCode !== NGHTTP2_NO_ERROR) return;
    this.#isComplete = true;
    this.#deadline.clear();
    if (this.#left !== Infinity && this.#left !== 0) this.#malformedBody();
    else this.#body?.end(this.#trailers);
  }

  /** A body of another length than Content-Length says (RFC 9113 section 8.1.1). */
  #malformedBody(): void {
    this.#dropBody();
    this.#reset(NGHTTP2_PROTOCOL_ERROR);
  }

  /** A reader that still waits for the body gets a `BodyBrokeOff`. */
  #dropBody(): void {
    const body = this.#body;
    this.#body = null;
    if (body !== null && !body.complete) body.fail(new BodyBrokeOff());
  }

  #respondTo(request: ServerRequest): void {
    try {
      Promise.resolve(this.#connection.owner.respond(request)).then(
        (reply) => this.#respond(request, reply),
        () => this.#refuse(500),
      );
    } catch {
      this.#refuse(500);
    }
  }

  #respond(request: ServerRequest, reply: Reply): void {
    let response: OutgoingResponse;
    try {
      response = outgoingResponse(reply);
    } catch {
      return this.#refuse(500);
    }
    // Otherwise the client has left, or the request was refused with 408.
    if (this.#response !== null || this.#isOver) return response.body?.cancel();
    if (response.body instanceof UpgradedBody) {
      response.body.cancel();
      return this.#refuse(502);
    }
    this.#send(response, request);
  }

  #send(response: OutgoingResponse, request: Pick<ServerRequest, 'method' | 'http11'>): void {
    this.#response = response;
    this.#expectsContinue = false;
    this.#writer.write(response, request).then(
      () => this.#finish(),
      () => this.#brokeOff(response),
    );
  }

  /** The response of an app cannot be sent as it is, such as one with a status above `maxStatus`, or its body broke off. */
  #brokeOff(response: OutgoingResponse): void {
    response.body?.cancel();
    if (this.#stream.headersSent) return this.#reset(NGHTTP2_INTERNAL_ERROR);
    this.#response = null;
    this.#refuse(502);
  }

  /** Asks the client not to send the rest of a body that nobody waits for (RFC 9113 section 8.1). */
  #finish(): void {
    if (this.#isComplete) return;
    this.#dropBody();
    this.#reset(NGHTTP2_NO_ERROR);
  }

  #reset(code: number): void {
    if (this.#isOver) return;
    // On Bun `close` ends a body properly first, if something of it is still to be written: it would look complete.
    if (code === NGHTTP2_INTERNAL_ERROR) this.#stream.destroy(new BodyBrokeOff());
    else this.#stream.close(code);
  }

  /** Ends the request with an error response, unless a response has begun. */
  #refuse(status: GatewayStatus): void {
    const request = this.#request;
    this.#dropBody();
    if (this.#isOver) return;
    if (this.#response !== null) return this.#reset(NGHTTP2_INTERNAL_ERROR);
    request?.gone?.(status);
    request?.clientLeft();
    const method = request?.method ?? 'GET';
    this.#send(outgoingResponse(ownError(status)), { method, http11: true });
  }

  /** The client has not taken the response in time. */
  #notTaken(): void {
    if (this.#connection.isStuck) this.#connection.destroy();
    else this.#reset(NGHTTP2_INTERNAL_ERROR);
  }

  #onClose(): void {
    this.#deadline.dispose();
    this.#writer.dispose();
    this.#dropBody();
    const request = this.#request;
    if (this.#response === null) request?.gone?.();
    else this.#response.body?.cancel();
    request?.clientLeft();
    this.#connection.ended(this);
  }
}
