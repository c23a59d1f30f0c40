import type { Timeouts } from '../../http/outbound.ts';
import { TransportError } from '../../http/transport.ts';
import { Deadline } from '../deadline.ts';

/** What a server is waited for. */
export type Wait = keyof Timeouts;

const TEXT: Readonly<Record<Wait, string>> = {
  connect: 'no connection',
  send: 'the request was not taken',
  read: 'no answer',
};

/** How long a server may keep one exchange after the other waiting. */
export class Patience {
  readonly #expired: (error: TransportError) => void;
  readonly #deadline = new Deadline(() => this.#end(this.#wait));
  /** For the server to take what was sent of a body; it may be answering at the same time. */
  readonly #untaken = new Deadline(() => this.#standStill());
  #timeouts: Timeouts | null = null;
  #until = Infinity;
  #wait: Wait = 'connect';
  #held = false;

  /** @param expired called once one of the times is over */
  constructor(expired: (error: TransportError) => void) {
    this.#expired = expired;
  }

  /** @param until when the exchange must be over, on the clock of `performance.now()` */
  begin(timeouts: Timeouts, until: number): void {
    this.#timeouts = timeouts;
    this.#until = until;
    this.#held = false;
  }

  /** It is the server's turn: its time starts now. */
  for(wait: Wait): void {
    this.#wait = wait;
    this.#deadline.set(this.#timeouts![wait], this.#until);
  }

  /** The server owes us nothing, as the client takes its time. */
  rest(): void {
    this.#deadline.set(Infinity, this.#until);
  }

  /** Whether the client keeps the answer waiting: a server that cannot get rid of it may well wait, too. */
  hold(held: boolean): void {
    this.#held = held;
  }

  /** Whether the server has still to take what was sent of a body. */
  untaken(is: boolean): void {
    if (is) this.#untaken.set(this.#timeouts!.send);
    else this.#untaken.clear();
  }

  /** The exchange is over. */
  end(): void {
    this.#deadline.clear();
    this.#timeouts = null;
  }

  /** For the end: nothing stays behind. */
  dispose(): void {
    this.#deadline.dispose();
    this.#untaken.dispose();
  }

  #standStill(): void {
    if (this.#timeouts === null) return;
    if (this.#held) this.untaken(true);
    else this.#end('send');
  }

  #end(wait: Wait): void {
    if (this.#timeouts === null) return;
    const limit = this.#timeouts[wait] / 1000;
    this.#expired(new TransportError('timeout', `${TEXT[wait]} within ${limit} s`));
  }
}
