import type { Socket } from 'node:net';
import type { Outbound } from '../../http/outbound.ts';
import { hearLastWords, isLong, type LastWordsListener } from './last-words.ts';
import type { Patience } from './patience.ts';
import { requestHead } from './request-head.ts';
import { Uploading } from './uploading.ts';

/** Told how far a request has got. */
export interface RequestWriterListener extends LastWordsListener {
  /** All of it was written. */
  written(): void;
  /** The client left half-way. */
  brokeOff(error: unknown): void;
}

/** Writes requests to a connection, one after another. */
export class RequestWriter {
  /** No byte of the present one was written yet. */
  unsent = true;
  /** All of it was. */
  sent = false;
  readonly #socket: Socket;
  readonly #patience: Patience;
  /** Whether pieces that are written together get to the system in one call. */
  readonly #gathers: boolean;
  readonly #listener: RequestWriterListener;
  #uploading: Uploading | null = null;
  #hearsLastWords = false;

  constructor(
    socket: Socket,
    patience: Patience,
    gathers: boolean,
    listener: RequestWriterListener,
  ) {
    this.#socket = socket;
    this.#patience = patience;
    this.#gathers = gathers;
    this.#listener = listener;
  }

  /** True when the system has taken all of it: nothing is left that could still fail. */
  get isTaken(): boolean {
    return this.sent && this.#socket.writableLength === 0;
  }

  /** There is another to come. */
  begin(): void {
    this.unsent = true;
    this.sent = false;
  }

  /** @throws TypeError when it could not stand in a request */
  write(request: Outbound): void {
    const { head, framing } = requestHead(request);
    const { body } = request;
    this.unsent = false;
    if (isLong(body) && !this.#hearsLastWords) {
      this.#hearsLastWords = true;
      hearLastWords(this.#socket, this.#listener);
    }
    if (body === null) {
      this.#socket.write(head, 'latin1');
      this.#written();
    } else if (body instanceof Uint8Array) {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
      this.#written();
    } else {
      this.#socket.write(head, 'latin1');
      const options = { chunked: framing === 'chunked', gathers: this.#gathers };
      void this.#upload(new Uploading(this.#socket, this.#patience, body, options));
    }
  }

  /** The server wants no more of it, or is gone. */
  stop(): void {
    this.#uploading?.stop();
    this.#uploading = null;
  }

  async #upload(uploading: Uploading): Promise<void> {
    this.#uploading = uploading;
    try {
      if (await uploading.run()) this.#written();
    } catch (error) {
      this.#listener.brokeOff(error);
    }
  }

  #written(): void {
    this.#uploading = null;
    this.sent = true;
    this.#listener.written();
  }
}
