import type { Http2Session, Http2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';

/**
 * Makes a runtime send what it holds back. While one stream of a connection waits for its recipient, Bun sends nothing of
 * what is written to others, until something else is sent on the connection. So something else is: empty SETTINGS, which
 * concern nobody. One is on the way at a time.
 */
export class Flusher {
  readonly #session: Http2Session;
  readonly #onFlush: () => void;
  #isAsked = false;
  #isDue = false;

  /** @param onFlush called with each SETTINGS, which the peer acknowledges */
  constructor(session: Http2Session, onFlush: () => void = () => {}) {
    this.#session = session;
    this.#onFlush = onFlush;
  }

  /** Writes to a stream of the session. Returns what `write` returns. */
  write(stream: Http2Stream & Duplex, bytes: Uint8Array): boolean {
    return stream.write(bytes, this.#unlessTaken());
  }

  /** Ends a stream of the session. */
  end(stream: Http2Stream & Duplex): void {
    stream.end(this.#unlessTaken());
  }

  /** Returns what is to be called when the runtime has sent something, and flushes if that is not soon. */
  #unlessTaken(): () => void {
    let isTaken = false;
    setImmediate(() => setImmediate(() => isTaken || this.#flush()));
    return () => (isTaken = true);
  }

  #flush(): void {
    const session = this.#session;
    if (session.destroyed || session.closed) return;
    this.#isDue = this.#isAsked;
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#onFlush();
    session.settings({}, () => {
      this.#isAsked = false;
      if (this.#isDue) this.#flush();
    });
  }
}
