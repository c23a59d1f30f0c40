import type { Timeouts } from '../http/messages.ts';
import { TransportError } from '../http/transport.ts';

/**
 * A deadline that is moved with every read or write. Moving it to a later time is an assignment: the timer is not
 * reset, but checks when it fires whether the deadline has moved. So most exchanges cost no timer.
 */
export class Deadline {
  readonly #expired: () => void;
  #at = Infinity;
  #timer: NodeJS.Timeout | null = null;
  /** When the timer fires, by `performance.now()`; `Infinity` without a timer. */
  #fires = Infinity;

  /** @param expired called when the deadline has passed; the deadline is cleared before */
  constructor(expired: () => void) {
    this.#expired = expired;
  }

  /** The deadline, by `performance.now()`; `Infinity` if none is set. */
  get at(): number {
    return this.#at;
  }

  /**
   * Sets the deadline to `milliseconds` from now.
   *
   * @param until the latest allowed deadline, by `performance.now()`. Default: no limit
   */
  set(milliseconds: number, until: number = Infinity): void {
    const now = performance.now();
    this.#at = Math.min(now + milliseconds, until);
    if (this.#at < this.#fires) this.#arm(this.#at - now);
  }

  /** Unsets the deadline. The timer may stay. */
  clear(): void {
    this.#at = Infinity;
  }

  /** Unsets the deadline and removes the timer. */
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
    // Timers may fire up to a millisecond early.
    if (left <= 1) {
      this.#at = Infinity;
      this.#expired();
    } else if (left !== Infinity) {
      this.#arm(left);
    }
  }
}

/** The timeouts of an exchange: to connect, to send the body, to read the response. */
export type TimeoutKind = keyof Timeouts;

const TEXT: Readonly<Record<TimeoutKind, string>> = {
  connect: 'no connection',
  send: 'the request was not taken',
  read: 'no response',
};

/** The timeouts of the exchanges on one connection to a server. Time spent waiting for the client does not count. */
export class ExchangeTimers {
  readonly #expired: (error: TransportError) => void;
  readonly #deadline = new Deadline(() => this.#expire(this.#wait));
  /** `send`: apart from `#deadline`, since a server may send its response while it still receives the body. */
  readonly #drainDeadline = new Deadline(() => this.#sendExpired());
  #timeouts: Timeouts | null = null;
  #until = Infinity;
  #wait: TimeoutKind = 'connect';
  #clientIsSlow = false;

  /** @param expired called when a timeout has passed */
  constructor(expired: (error: TransportError) => void) {
    this.#expired = expired;
  }

  /** @param until when the whole exchange must be over, by `performance.now()` */
  begin(timeouts: Timeouts, until: number): void {
    this.#timeouts = timeouts;
    this.#until = until;
    this.#clientIsSlow = false;
  }

  /** Starts a timeout, in place of the one that runs: from now on we wait for the server. */
  start(wait: TimeoutKind): void {
    this.#wait = wait;
    this.#deadline.set(this.#timeouts![wait], this.#until);
  }

  /** Stops the timeout that runs, except for `until`: from now on we wait for the client. */
  pause(): void {
    this.#deadline.set(Infinity, this.#until);
  }

  /** @param isSlow true while the response is paused for a slow client: the server may stop reading the body then */
  clientIsSlow(isSlow: boolean): void {
    this.#clientIsSlow = isSlow;
  }

  /** @param isFull true while the socket's buffer is full of body, false once the server has taken it */
  awaitDrain(isFull: boolean): void {
    if (isFull) this.#drainDeadline.set(this.#timeouts!.send);
    else this.#drainDeadline.clear();
  }

  /** Ends the exchange: no timeout runs. */
  end(): void {
    this.#deadline.clear();
    this.#timeouts = null;
  }

  /** Removes the timers. */
  dispose(): void {
    this.#deadline.dispose();
    this.#drainDeadline.dispose();
  }

  #sendExpired(): void {
    if (this.#timeouts === null) return;
    if (this.#clientIsSlow) this.awaitDrain(true);
    else this.#expire('send');
  }

  #expire(wait: TimeoutKind): void {
    if (this.#timeouts === null) return;
    const limit = this.#timeouts[wait] / 1000;
    this.#expired(new TransportError('timeout', `${TEXT[wait]} within ${limit} s`));
  }
}
