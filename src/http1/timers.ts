import type { Timeouts } from '../http/messages.ts';
import { TransportError } from '../http/transport.ts';

/**
 * A deadline that moves with every sign of life. Moving it is an assignment: the timer is left to
 * fire and looks then whether the deadline has moved on. Most exchanges thus cost no timer at all.
 */
export class Deadline {
  readonly #expired: () => void;
  #at = Infinity;
  #timer: NodeJS.Timeout | null = null;
  /** When the timer fires. */
  #fires = Infinity;

  constructor(expired: () => void) {
    this.#expired = expired;
  }

  /** When it is, by `performance.now()`. */
  get at(): number {
    return this.#at;
  }

  /**
   * Sets it to so many milliseconds from now.
   *
   * @param until the latest it may be, on the clock of `performance.now()`. Default: no limit
   */
  set(milliseconds: number, until: number = Infinity): void {
    const now = performance.now();
    this.#at = Math.min(now + milliseconds, until);
    if (this.#at < this.#fires) this.#arm(this.#at - now);
  }

  /** There is nothing to wait for. */
  clear(): void {
    this.#at = Infinity;
  }

  /** For the end: nothing stays behind. */
  dispose(): void {
    this.#at = Infinity;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(milliseconds: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#fires = performance.now() + milliseconds;
    this.#timer = setTimeout(() => this.#look(), milliseconds);
  }

  #look(): void {
    this.#timer = null;
    this.#fires = Infinity;
    const left = this.#at - performance.now();
    // A timer may fire a little early.
    if (left <= 1) {
      this.#at = Infinity;
      this.#expired();
    } else if (left !== Infinity) {
      this.#arm(left);
    }
  }
}

/** What a server is waited for. */
export type Wait = keyof Timeouts;

const TEXT: Readonly<Record<Wait, string>> = {
  connect: 'no connection',
  send: 'the request was not taken',
  read: 'no answer',
};

/** How long a server may keep one exchange after the other waiting. */
export class ExchangeTimers {
  readonly #expired: (error: TransportError) => void;
  readonly #deadline = new Deadline(() => this.#end(this.#wait));
  /** For the server to take what was sent of a body; it may be answering at the same time. */
  readonly #drainDeadline = new Deadline(() => this.#standStill());
  #timeouts: Timeouts | null = null;
  #until = Infinity;
  #wait: Wait = 'connect';
  #clientIsSlow = false;

  /** @param expired called once one of the times is over */
  constructor(expired: (error: TransportError) => void) {
    this.#expired = expired;
  }

  /** @param until when the exchange must be over, on the clock of `performance.now()` */
  begin(timeouts: Timeouts, until: number): void {
    this.#timeouts = timeouts;
    this.#until = until;
    this.#clientIsSlow = false;
  }

  /** It is the server's turn: its time starts now. */
  start(wait: Wait): void {
    this.#wait = wait;
    this.#deadline.set(this.#timeouts![wait], this.#until);
  }

  /** The server owes us nothing, as the client takes its time. */
  pause(): void {
    this.#deadline.set(Infinity, this.#until);
  }

  /** Whether the client keeps the answer waiting: a server that cannot get rid of it may well wait, too. */
  clientIsSlow(held: boolean): void {
    this.#clientIsSlow = held;
  }

  /** Whether the server has still to take what was sent of a body. */
  awaitDrain(is: boolean): void {
    if (is) this.#drainDeadline.set(this.#timeouts!.send);
    else this.#drainDeadline.clear();
  }

  /** The exchange is over. */
  end(): void {
    this.#deadline.clear();
    this.#timeouts = null;
  }

  /** For the end: nothing stays behind. */
  dispose(): void {
    this.#deadline.dispose();
    this.#drainDeadline.dispose();
  }

  #standStill(): void {
    if (this.#timeouts === null) return;
    if (this.#clientIsSlow) this.awaitDrain(true);
    else this.#end('send');
  }

  #end(wait: Wait): void {
    if (this.#timeouts === null) return;
    const limit = this.#timeouts[wait] / 1000;
    this.#expired(new TransportError('timeout', `${TEXT[wait]} within ${limit} s`));
  }
}
