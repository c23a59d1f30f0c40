import type { Socket } from 'node:net';
import type { HeaderList } from '../../http/fields.ts';
import { BodyPipe, type Flow } from '../body-pipe.ts';
import type { Deadline } from '../timers.ts';
import type { Turns } from '../turns.ts';
import type { ConnectionOwner } from './accepted.ts';
import { BodyBrokeOff } from '../errors.ts';
import { BODY_HIGH_WATER_BYTES, DISCARD_LIMIT_BYTES } from './limits.ts';
import { type Link, ServerRequest } from './request.ts';
import type { RequestHead } from './parse-request-head.ts';
import { type RequestListener, RequestParser } from './request-parser.ts';

/** The receiving side of a client's connection: parses requests one after another and feeds their bodies. */
export class Incoming implements RequestListener, Flow {
  readonly turns: Turns;
  readonly #socket: Socket;
  readonly #deadline: Deadline;
  readonly #clientTimeoutMs: number;
  readonly #link: Link;
  readonly #parser: RequestParser;
  /** A request whose head was parsed and that `read` has not returned yet. */
  #arrived: ServerRequest | null = null;
  /** The body of the current request; `null` if it has none or nobody reads it. */
  #body: BodyPipe | null = null;
  /** True while the client waits for a 100. */
  #expectsContinue = false;
  /** True once the client has got a 100, from us or from the upstream. */
  #sent100Continue = false;
  /** Bytes of the body that were dropped. */
  #skipped = 0;

  /** @param deadline set while a reader waits for the body, cleared when bytes arrive */
  constructor(
    socket: Socket,
    deadline: Deadline,
    { clientTimeoutMs, turns, headLimits }: ConnectionOwner,
    link: Link,
  ) {
    this.turns = turns;
    this.#socket = socket;
    this.#deadline = deadline;
    this.#clientTimeoutMs = clientTimeoutMs;
    this.#link = link;
    this.#parser = new RequestParser(this, headLimits);
  }

  /** True once the current request has arrived to its last byte. */
  get isComplete(): boolean {
    return this.#parser.isComplete;
  }

  /** True if part of a head, or bytes behind a complete request, are buffered. */
  get more(): boolean {
    return this.#parser.held > 0;
  }

  /** Method of the request whose head was parsed and that `read` has not returned. */
  get arrived(): string | undefined {
    return this.#arrived?.method;
  }

  /** True if the rest of the body is short enough to be read and dropped to keep the connection. */
  get worthDraining(): boolean {
    return !this.#expectsContinue && this.#parser.remaining <= DISCARD_LIMIT_BYTES;
  }

  /** True once more was dropped than a kept connection is worth. */
  get overDiscardLimit(): boolean {
    return this.#skipped > DISCARD_LIMIT_BYTES;
  }

  /**
   * Parses bytes, or with `null` the buffered bytes behind the last request. Returns the request whose head is now
   * complete, if any. Its body holds what has arrived of it, which is all of a small one.
   *
   * @throws ProtocolError
   */
  read(bytes: Buffer | null): ServerRequest | null {
    if (bytes === null) this.#parser.next();
    else this.#parser.push(bytes);
    const request = this.#arrived;
    this.#arrived = null;
    return request;
  }

  /** Called when the response begins: from then on no 100 is sent. */
  responseBegan(): void {
    this.#expectsContinue = false;
  }

  /** True for the first call per request: a client gets at most one 100. */
  claim100Continue(): boolean {
    if (this.#sent100Continue) return false;
    this.#sent100Continue = true;
    this.#expectsContinue = false;
    return true;
  }

  /** Drops the rest of the body. A reader that still waits for it gets a `BodyBrokeOff`. */
  drop(): void {
    this.#arrived = null;
    if (this.#body !== null && !this.#parser.isComplete) this.#body.fail(new BodyBrokeOff());
    this.#body = null;
  }

  /** Removes and returns the buffered bytes behind the last request. */
  takeRest(): Buffer {
    return this.#parser.takeRest();
  }

  head(head: RequestHead): void {
    this.#deadline.clear();
    this.#skipped = 0;
    this.#sent100Continue = false;
    this.#body = head.framing.kind === 'none' ? null : new BodyPipe(this, BODY_HIGH_WATER_BYTES);
    this.#expectsContinue = head.expectsContinue && this.#body !== null;
    this.#arrived = new ServerRequest(head, this.#body, this.#link);
  }

  data(bytes: Buffer, wire: number): void {
    // A client that sends its body without waiting needs no 100 (RFC 9110 section 10.1.1).
    this.#expectsContinue = false;
    if (this.#body === null) {
      this.#skipped += wire;
      return;
    }
    this.#deadline.clear();
    this.#body.push(bytes, wire);
  }

  end(trailers: HeaderList | null): void {
    // Neither does a client that has sent an empty chunked body.
    this.#expectsContinue = false;
    this.#deadline.clear();
    this.#body?.end(trailers);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (this.#body !== null) this.#socket.resume();
  }

  cancel(): void {
    this.#body = null;
    this.#deadline.clear();
    // Whether to read the rest is decided when the response begins.
    if (!this.#parser.isComplete) this.#socket.pause();
  }

  wanted(): void {
    if (this.#body === null) return;
    this.#deadline.set(this.#clientTimeoutMs);
    if (this.#expectsContinue && this.claim100Continue())
      this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }
}
