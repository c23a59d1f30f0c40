import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { type ResponseReading, readResponse } from '../read/response.ts';

/** A response as a client got it. */
export type Response = ResponseReading;

/** A client connection to the gateway, from a unique address. */
export class Client {
  readonly address: string;
  /** Number of inputs that it has carried. */
  inputs = 0;
  readonly #socket: Socket;
  #received = '';
  /** Up to where responses were parsed. */
  #read = 0;
  #over = false;
  /** When bytes were last sent or received. */
  #moved = performance.now();
  /** Callbacks that wait for an event. */
  #waiting: (() => void)[] = [];

  constructor(port: number, address: string) {
    this.address = address;
    this.#socket = connect({ port, host: '127.0.0.1', localAddress: address, noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('error', () => {});
    this.#socket.on('data', (text: string) => {
      this.#received += text;
      this.#moved = performance.now();
      this.#tell();
    });
    this.#socket.once('close', () => {
      this.#over = true;
      this.#tell();
    });
  }

  /** The gateway closed it, or we did. */
  get over(): boolean {
    return this.#over;
  }

  /** Received bytes that were not parsed as a response. */
  get rest(): string {
    return this.#received.slice(this.#read);
  }

  /** Writes the pieces in separate turns of the event loop, so that they usually arrive as pieces. */
  async send(pieces: readonly string[]): Promise<void> {
    for (const [i, piece] of pieces.entries()) {
      if (i > 0) await turn();
      if (this.#over || this.#socket.writableEnded) return;
      this.#socket.write(piece, 'latin1');
      this.#moved = performance.now();
    }
  }

  /**
   * The next response, as far as it arrives until nothing has moved for `patience` or the connection ends: see its
   * `end`. `null`: nothing arrived.
   *
   * @param patienceMs milliseconds
   */
  async response(method: string, patienceMs: number): Promise<Response | null> {
    for (;;) {
      const closed = this.#over;
      const reading = readResponse(this.#received, { method, closed }, this.#read);
      const settled = closed || reading.end !== 'unfinished' || this.#stillFor(patienceMs);
      if (!settled) {
        await this.#news(patienceMs);
        continue;
      }
      if (this.rest === '') return null;
      if (reading.end === 'whole') this.#read = reading.at;
      return reading;
    }
  }

  /** Half-closes, and waits for the gateway to close. Resolves with `false` if it does not. */
  end(patienceMs: number): Promise<boolean> {
    this.#socket.end();
    this.#moved = performance.now();
    return this.closed(patienceMs);
  }

  /** Waits for the gateway to close. */
  async closed(patienceMs: number): Promise<boolean> {
    while (!this.#over && !this.#stillFor(patienceMs)) await this.#news(patienceMs);
    return this.#over;
  }

  #stillFor(patienceMs: number): boolean {
    return performance.now() - this.#moved > patienceMs;
  }

  /** Resets the connection at once. */
  destroy(): void {
    this.#over = true;
    this.#socket.destroy();
  }

  #tell(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #news(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(
        resolve,
        Math.max(1, this.#moved + patienceMs - performance.now() + 1),
      );
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
