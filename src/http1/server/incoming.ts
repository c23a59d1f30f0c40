import type { Socket } from 'node:net';
import type { HeaderList } from '../../http/fields.ts';
import { BodyPipe, type Flow } from '../body-pipe.ts';
import type { Deadline } from '../timers.ts';
import type { Turns } from '../turns.ts';
import { BodyBrokeOff } from '../errors.ts';
import { BODY_HIGH_WATER_BYTES, DISCARD_LIMIT_BYTES } from './limits.ts';
import { type Link, ServerRequest } from './request.ts';
import type { RequestHead } from './parse-request-head.ts';
import { type RequestListener, RequestParser } from './request-parser.ts';

/** What comes in by a connection: requests one after another, and the body of the present one. */
export class Incoming implements RequestListener, Flow {
  readonly turns: Turns;
  readonly #socket: Socket;
  readonly #deadline: Deadline;
  readonly #clientTimeoutMs: number;
  readonly #link: Link;
  readonly #parser = new RequestParser(this);
  /** Its head has come, and it has not been handed on yet. */
  #arrived: ServerRequest | null = null;
  /** As long as somebody wants it. */
  #body: BodyPipe | null = null;
  /** The client waits for a 100. */
  #expectsContinue = false;
  /** It has got one: from us, or from the upstream by itself. */
  #sent100Continue = false;
  #skipped = 0;

  /**
   * @param deadline moved when a body is waited for, and cleared when it comes
   * @param owner says how many milliseconds a body may stand still while somebody waits for it
   */
  constructor(
    socket: Socket,
    deadline: Deadline,
    { clientTimeoutMs, turns }: { readonly clientTimeoutMs: number; readonly turns: Turns },
    link: Link,
  ) {
    this.turns = turns;
    this.#socket = socket;
    this.#deadline = deadline;
    this.#clientTimeoutMs = clientTimeoutMs;
    this.#link = link;
  }

  /** True when all of the present request is here. */
  get isComplete(): boolean {
    return this.#parser.isComplete;
  }

  /** True when there are bytes of a head, or behind a whole request. */
  get more(): boolean {
    return this.#parser.held > 0;
  }

  /** Of the request whose head came, if it was not handed on. */
  get arrived(): string | undefined {
    return this.#arrived?.method;
  }

  /** True when what is left of the request is little enough to be skipped if need be. */
  get worthDraining(): boolean {
    return !this.#expectsContinue && this.#parser.remaining <= DISCARD_LIMIT_BYTES;
  }

  /** True when more was skipped than a kept connection is worth. */
  get overDiscardLimit(): boolean {
    return this.#skipped > DISCARD_LIMIT_BYTES;
  }

  /**
   * Reads bytes that came, or with `null` those behind the last request. Hands over the request
   * whose head is complete now, with all of its body that came along: a small one is there whole.
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

  /** The answer begins: it is too late for a 100. */
  responseBegan(): void {
    this.#expectsContinue = false;
  }

  /** Takes the only 100 that a request may get; `false` when that is gone. */
  claim100Continue(): boolean {
    if (this.#sent100Continue) return false;
    this.#sent100Continue = true;
    this.#expectsContinue = false;
    return true;
  }

  /** Nobody reads the rest of the body; whoever does now is told that it broke off. */
  drop(): void {
    this.#arrived = null;
    if (this.#body !== null && !this.#parser.isComplete) this.#body.fail(new BodyBrokeOff());
    this.#body = null;
  }

  /** The bytes that have not been read, given away. */
  release(): Buffer {
    return this.#parser.release();
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
    // A client that did not wait needs no invitation (RFC 9110 section 10.1.1).
    this.#expectsContinue = false;
    if (this.#body === null) {
      this.#skipped += wire;
      return;
    }
    this.#deadline.clear();
    this.#body.push(bytes, wire);
  }

  end(trailers: HeaderList | null): void {
    // Nor does one that has sent all of its body, if there was not a byte in it.
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
    // What to do with the rest is decided when the request is answered.
    if (!this.#parser.isComplete) this.#socket.pause();
  }

  wanted(): void {
    if (this.#body === null) return;
    this.#deadline.set(this.#clientTimeoutMs);
    if (this.#expectsContinue && this.claim100Continue())
      this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }
}
