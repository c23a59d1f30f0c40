import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { type ResponseReading, readResponse } from '../read/response.ts';

/** A response as a client got it. */
export type Response = ResponseReading;

/** A connection of a client to the gateway, from an address that nobody else has. */
export class Client {
  readonly address: string;
  /** Inputs that it has carried. */
  inputs = 0;
  readonly #socket: Socket;
  #received = '';
  /** Up to where responses were read. */
  #read = 0;
  #over = false;
  /** When anything was sent or came. */
  #moved = performance.now();
  /** Those who wait for news. */
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

  /** What came and was not read as a response. */
  get rest(): string {
    return this.#received.slice(this.#read);
  }

  /** Writes the pieces with the event loop between them, so that they arrive as pieces, mostly. */
  async send(pieces: readonly string[]): Promise<void> {
    for (const [i, piece] of pieces.entries()) {
      if (i > 0) await turn();
      if (this.#over || this.#socket.writableEnded) return;
      this.#socket.write(piece, 'latin1');
      this.#moved = performance.now();
    }
  }

  /**
   * The next response, as far as it comes until nothing has moved for so long or the connection ends: look
   * at its `end`. `null`: nothing came.
   *
   * @param patience milliseconds
   */
  async response(method: string, patience: number): Promise<Response | null> {
    for (;;) {
      const closed = this.#over;
      const reading = readResponse(this.#received, { method, closed }, this.#read);
      const settled = closed || reading.end !== 'unfinished' || this.#stillFor(patience);
      if (!settled) {
        await this.#news(patience);
        continue;
      }
      if (this.rest === '') return null;
      if (reading.end === 'whole') this.#read = reading.at;
      return reading;
    }
  }

  /** Closes our side, and waits for the other. `false`: that did not come. */
  end(patience: number): Promise<boolean> {
    this.#socket.end();
    this.#moved = performance.now();
    return this.closed(patience);
  }

  /** Waits for the gateway to close. */
  async closed(patience: number): Promise<boolean> {
    while (!this.#over && !this.#stillFor(patience)) await this.#news(patience);
    return this.#over;
  }

  #stillFor(patience: number): boolean {
    return performance.now() - this.#moved > patience;
  }

  /** Leaves without a word more. */
  destroy(): void {
    this.#over = true;
    this.#socket.destroy();
  }

  #tell(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #news(patience: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(
        resolve,
        Math.max(1, this.#moved + patience - performance.now() + 1),
      );
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
